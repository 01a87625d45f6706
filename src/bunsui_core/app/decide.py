"""Sign and record a human's decision about exactly what was reviewed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bunsui_core.app.request import approval
from bunsui_core.app.verify import law_on
from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer, Approval, Decision, Request, SignedDecision
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.deciding import Law, approved_before, refusal, rejection_refusal
from bunsui_core.domain.errors import BadInput, Conflict, NotAuthorised, Refused, Stale
from bunsui_core.domain.signing import Unlocked
from bunsui_core.domain.trust import Approver, Holder
from bunsui_core.domain.value import Value
from bunsui_core.ports.control import Audit, Decisions, Keys
from bunsui_core.ports.signing import Unlocking
from bunsui_core.ports.store import Requests, Sessions

MOST_BYTES = 4096
"""The longest message that KMS signs as it is (Sign, MessageType RAW)."""


@dataclass(frozen=True)
class Signing:
    """Whose key signs, and what she typed as her proof, which no message or log shows.

    That is the passphrase of a key file, her own name for a key in KMS, or nothing when her key
    is unlocked. `break_glass` is why she lifts a freeze for what she approves, if she does.
    """

    approver: str
    passphrase: str = field(default="", repr=False)
    break_glass: str = ""


class Said(Value):
    """What the human says; `nonce` makes the signed bytes unlike any others.

    `break_glass` is why a freeze is lifted for this plan, if one is.
    """

    answer: Answer
    reason: str
    nonce: str
    break_glass: str = ""


@dataclass(frozen=True)
class Deciding:
    """What a human's desk holds to sign and record decisions.

    Without `sessions` nothing is approved under a policy that asks for pipelines.
    """

    decisions: Decisions
    keys: Keys
    audit: Audit
    unlocking: Unlocking
    sessions: Sessions | None = None


def decide(
    review: Review,
    said: Said,
    signing: Signing,
    deciding: Deciding,
    requests: Requests,
    now: datetime,
) -> SignedDecision:
    """Sign and record a decision about what was reviewed, and return it.

    Raises: NotAuthorised for an approver or passphrase that is not good; Refused when the policy,
    the asker or the request's state forbids it; Stale when the request is not what was reviewed;
    Conflict when this approver decided before.
    """
    request = requests.get(review.plan.request_id)
    _must_be_what_was_shown(request, review)
    approver = trusted(deciding.keys, signing.approver)
    law = law_on(request.plan, deciding.keys, now, deciding.sessions)
    _must_be_allowed(approval(request, requests, now), said, approver, law)
    decision = _decision(review, said, approver, law, deciding.audit.head())
    signed = _sign(decision, review, signing, deciding, now)
    signed = signed.model_copy(update={"needs": law.terms.approvers})
    deciding.decisions.append(signed)
    return signed


def mine(deciding: Deciding) -> tuple[Approver, ...]:
    """Return the approvers, none revoked, whose keys can be used here; key files come first."""
    here = [one for one in deciding.keys.trusted() if deciding.unlocking.has(one)]
    return tuple(sorted((one for one in here if not one.revoked_at), key=_is_in_kms))


def _is_in_kms(approver: Approver) -> bool:
    return approver.holder is Holder.KMS


def unlock(name: str, passphrase: str, deciding: Deciding) -> Unlocked:
    """Open an approver's key in this process for some minutes.

    Raises: NotAuthorised for nobody's or a revoked key and a wrong passphrase; Refused.
    """
    approver = trusted(deciding.keys, name)
    if approver.revoked_at:
        raise NotAuthorised(f"the key of {name} was revoked.", "Another approver decides.")
    return deciding.unlocking.unlock(approver, passphrase)


def _must_be_what_was_shown(request: Request, review: Review) -> None:
    if request.plan.digest != review.plan.digest:
        raise Stale("the plan is not the one that was reviewed.", "Review the request again.")
    if text_digest(review.document) != review.shown_digest:
        raise Stale("the review is not the one that was shown.", "Review the request again.")


def trusted(keys: Keys, name: str) -> Approver:
    """Return the approver of that name. Raises: NotAuthorised when there is none."""
    known = keys.trust()
    if known.flaw:
        raise NotAuthorised(
            f"nobody is trusted here: {known.flaw}.",
            "Find out who changed the store, and restore it from an export.",
        )
    approver = known.named(name)
    if approver is None:
        raise NotAuthorised(
            f"{name or 'nobody'} is not an approver here.", "`bunsui approvers` lists them."
        )
    return approver


def _must_be_allowed(standing: Approval, said: Said, approver: Approver, law: Law) -> None:
    if said.answer is Answer.APPROVE:
        if approved_before(approver, standing):
            raise Conflict(
                f"{approver.name} decided {standing.request.id} before.",
                "Nothing was signed; another human decides.",
            )
        why = refusal(standing.request.plan, law, approver, standing, said.break_glass.strip())
    else:
        why = rejection_refusal(approver, standing)
    if why:
        raise Refused(f"{why}.", "Nothing was signed.")


def _decision(review: Review, said: Said, approver: Approver, law: Law, head: str) -> Decision:
    plan = review.plan
    decision = Decision(
        request_id=plan.request_id,
        plan_digest=plan.digest,
        decision=said.answer,
        approver=approver.name,
        key_id=approver.key_id,
        policy_digest=law.policy_digest,
        risk=plan.risk,
        shown_digest=review.shown_digest,
        audit_head=head,
        not_after=plan.expires_at,
        nonce=said.nonce,
        reason=said.reason,
        break_glass=said.break_glass.strip(),
    )
    if len(decision.message) > MOST_BYTES:
        raise BadInput("the reason is too long to be signed.", "Shorten it.")
    return decision


def _sign(
    decision: Decision, review: Review, signing: Signing, deciding: Deciding, now: datetime
) -> SignedDecision:
    signature = deciding.keys.sign(signing.approver, signing.passphrase, decision.message)
    return SignedDecision(decision=decision, signature=signature, shown=review.document, at=now)
