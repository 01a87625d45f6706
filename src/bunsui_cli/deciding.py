"""Deciding at a terminal; only a command that decides loads what signs."""

from __future__ import annotations

from dataclasses import replace

from bunsui_cli.laying_out import laid_out
from bunsui_cli.lifting import lifting
from bunsui_cli.person import Person, person
from bunsui_cli.where import remark
from bunsui_core.desk.operator import OperatorDesk, Signing
from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer, Approval
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.domain.safe import safe
from bunsui_core.domain.signing import Proof
from bunsui_core.settings import read_settings
from bunsui_core.wiring.operator import operator_desk

KMS_NAME = "KMS signs without a passphrase. To sign, type your name, {name}: "
SOMEBODY_TRIED = "Wrong passphrases typed for the key of {name} since the last right one: {wrong}."

REVIEW_LIMIT = 200_000
"""Characters of a review that a terminal shows; a review of the largest plan is shorter."""


def approve(request_id: str, name: str) -> Approval:
    """Show the review, ask for the code of a high risk and for the passphrase, and approve.

    Raises: NotAuthorised without a terminal, an approver or the right passphrase; Refused, Stale.
    """
    settings = read_settings()
    desk = operator_desk(settings)
    with person("an approval") as human:
        review = desk.review(request_id)
        human.tell(laid_out(safe(review.document, REVIEW_LIMIT), human.width))
        if remark(settings):
            human.tell(remark(settings))
        approver = whose(desk, name)
        reason = lifting(human, (review,), approver)
        code = typed_code(human, review)
        signature = replace(signing(desk, human, approver), break_glass=reason)
        return desk.decide(review, Answer.APPROVE, signature, typed=code)


def reject(request_id: str, name: str, reason: str) -> Approval:
    """Ask for the passphrase and reject with a reason.

    Raises: NotAuthorised without a terminal, an approver or the right passphrase; Refused.
    """
    desk = operator_desk(read_settings())
    with person("a rejection") as human:
        review = desk.review(request_id)
        return desk.decide(review, Answer.REJECT, signing(desk, human, name), reason=reason)


def stop(request_id: str, name: str, reason: str) -> Approval:
    """Ask for the passphrase and stop what is not begun of a plan; AWS need not answer.

    Raises: NotAuthorised without a terminal, an approver or the right passphrase; Refused.
    """
    desk = operator_desk(read_settings())
    with person("a stop") as human:
        return desk.stop(request_id, signing(desk, human, name), reason)


def typed_code(human: Person, review: Review) -> str:
    """Return what the human typed to confirm a high risk; a lower one needs nothing."""
    if not review.typed_code:
        return ""
    return human.ask(f"The risk is high. Type {review.typed_code} to go on: ")


def signing(desk: OperatorDesk, human: Person, name: str) -> Signing:
    """Return whose key signs, with the proof the human typed.

    Raises: NotAuthorised when nobody may decide or it is not clear who does.
    """
    approver = whose(desk, name)
    return Signing(approver=approver, passphrase=typed_proof(desk, human, approver))


def whose(desk: OperatorDesk, name: str) -> str:
    """Return the approver that was named, or the only one whose key is on this machine.

    Raises: NotAuthorised.
    """
    if name:
        return name
    known = [approver.name for approver in desk.approvers() if approver.revoked_at is None]
    here = [approver.name for approver in desk.mine()]
    if not known:
        raise NotAuthorised(
            "there is no approver yet.", "Make a key with `bunsui approvers init NAME`."
        )
    if not here:
        raise NotAuthorised(
            f"no key of {', '.join(known)} is on this machine.",
            "Decide where it is, or let a lead add a key of yours.",
        )
    if len(here) > 1:
        raise NotAuthorised(
            f"there are several approvers: {', '.join(here)}.", "Say who you are with --as NAME."
        )
    return here[0]


def typed_proof(desk: OperatorDesk, human: Person, approver: str) -> str:
    """Return the passphrase of a key file, or the approver's name where KMS signs."""
    shown = safe(approver, 64, False)
    if desk.proof(approver) is Proof.NAME:
        return human.ask(KMS_NAME.format(name=shown))
    if wrong := desk.wrong_passphrases(approver):
        human.tell(SOMEBODY_TRIED.format(wrong=wrong, name=shown))
    return human.secret(f"Passphrase of {shown}: ")
