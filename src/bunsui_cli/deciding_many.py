"""Deciding several requests at a terminal: each is shown by its name and signed by itself."""

from __future__ import annotations

from dataclasses import replace

from bunsui_cli.deciding import REVIEW_LIMIT, signing, whose
from bunsui_cli.laying_out import laid_out
from bunsui_cli.lifting import lifting
from bunsui_cli.person import Person, person
from bunsui_cli.where import remark
from bunsui_core.desk.operator import OperatorDesk
from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.kin import MOST_TOGETHER, group_code, group_document
from bunsui_core.domain.safe import safe
from bunsui_core.domain.together import Together
from bunsui_core.settings import read_settings
from bunsui_core.wiring.operator import operator_desk


def approve_all(request_ids: tuple[str, ...], name: str) -> Together:
    """Show what requests ask for, the first whole and the others by what differs, and approve.

    What is not what was shown when it is signed is left out.
    Raises: NotAuthorised without a terminal, an approver or the right passphrase; Refused.
    """
    settings = read_settings()
    desk = operator_desk(settings)
    with person("an approval") as human:
        reviews = _reviewed(desk, human, request_ids)
        if remark(settings):
            human.tell(remark(settings))
        approver = whose(desk, name)
        reason = lifting(human, (one for one in reviews if _is_frozen(one, approver)), approver)
        code = group_code(reviews)
        typed = human.ask(f"There is a high risk. Type {code} to go on: ") if code else ""
        signature = replace(signing(desk, human, approver), break_glass=reason)
        return desk.decide_together(reviews, Answer.APPROVE, signature, typed=typed)


def _is_frozen(review: Review, approver: str) -> bool:
    """Whether this approver has to lift a freeze for it; what she may not approve is left out."""
    signers = review.explained.signers if review.explained else ()
    return any(one.name == approver and one.with_reason for one in signers)


def reject_all(request_ids: tuple[str, ...], name: str, reason: str) -> Together:
    """Ask for the passphrase once and reject each request with the same reason.

    Raises: NotAuthorised without a terminal, an approver or the right passphrase; Refused.
    """
    desk = operator_desk(read_settings())
    with person("a rejection") as human:
        reviews = tuple(desk.review(one) for one in _different(request_ids))
        return desk.decide_together(reviews, Answer.REJECT, signing(desk, human, name), reason)


def _reviewed(
    desk: OperatorDesk, human: Person, request_ids: tuple[str, ...]
) -> tuple[Review, ...]:
    reviews = tuple(desk.review(one) for one in _different(request_ids))
    document = group_document(reviews)
    if len(document) > REVIEW_LIMIT:
        raise BadInput("these reviews are too long to be read at once.", "Name fewer requests.")
    human.tell(laid_out(safe(document, REVIEW_LIMIT), human.width))
    return reviews


def _different(request_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Each id once, in the order in which they were named."""
    found = tuple(dict.fromkeys(request_ids))
    if len(found) > MOST_TOGETHER:
        raise BadInput(
            f"{len(found)} requests are too many to be read at once.",
            f"Name at most {MOST_TOGETHER}.",
        )
    return found
