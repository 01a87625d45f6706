"""Decide requests that were reviewed together: each is signed by itself, or left out and said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bunsui_core.app.decide import Signing
from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.errors import BunsuiError, NotAuthorised
from bunsui_core.domain.fingerprint import fingerprint
from bunsui_core.domain.kin import Kin, flat, is_about_others, kin, otherwise
from bunsui_core.domain.together import Decided, Together
from bunsui_core.ports.store import Diagnoses

Look = Callable[[str], Review]
"""Prepares the review of a request anew. Raises: NotFound."""

Sign = Callable[[Review], Approval]
"""Signs and records the answer to one request. Raises: BunsuiError."""


def decide_together(reviews: tuple[Review, ...], look: Look, sign: Sign) -> Together:
    """Sign each request that still is what was shown; say of each other one why not.

    The first one is signed before the others are looked at again, so that a wrong passphrase is
    said at once and counts once: NotAuthorised is raised then, and nothing was signed.
    """
    told: list[Decided] = []
    left = list(reviews)
    while left and not any(one.is_signed for one in told):
        first = left.pop(0)
        why_not = _why_not(first, look)
        told.append(_left_out(first, why_not) if why_not else _signed(first, sign))
    # All are looked at before one more is signed: what a worker begins meanwhile changes nothing.
    looked = [(one, _why_not(one, look)) for one in left]
    for one, why_not in looked:
        try:
            told.append(_left_out(one, why_not) if why_not else _signed(one, sign))
        except NotAuthorised as error:
            told.append(_left_out(one, error.message))
    return Together(items=tuple(told))


def _signed(review: Review, sign: Sign) -> Decided:
    """Sign one; only that nobody may sign at all is raised. Raises: NotAuthorised."""
    try:
        return Decided(request_id=review.plan.request_id, approval=sign(review))
    except NotAuthorised:
        raise
    except BunsuiError as error:
        return _left_out(review, error.message)


def _left_out(review: Review, why_not: str) -> Decided:
    return Decided(request_id=review.plan.request_id, why_not=why_not)


def _why_not(shown: Review, look: Look) -> str:
    """Why a request is not signed as it was shown; how often the like worked may have changed."""
    try:
        now = look(shown.plan.request_id)
    except BunsuiError as error:
        return error.message
    if now.plan.digest != shown.plan.digest:
        return "its plan is another one than was shown"
    said = next((one for one in otherwise(shown, now) if not is_about_others(one)), None)
    return f"it is not what was shown any more: {flat(said)}" if said else ""


def for_this(signing: Signing, review: Review) -> Signing:
    """Return how one of several is signed: a freeze is lifted only where this one is frozen."""
    signers = review.explained.signers if review.explained else ()
    lifts = any(one.name == signing.approver and one.with_reason for one in signers)
    return signing if lifts else replace(signing, break_glass="")


def kin_among(approvals: tuple[Approval, ...], diagnoses: Diagnoses) -> tuple[Kin, ...]:
    """Return which waiting requests ask for the same about failures that said the same."""

    def error_of(session_id: str, job: str) -> tuple[str, str]:
        found = diagnoses.get(session_id, job) if job else None
        return (fingerprint(found), found.failure.error) if found else ("", "")

    return kin(approvals, error_of)
