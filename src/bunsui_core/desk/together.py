"""Decide requests that were reviewed together: each is signed by itself, or left out and said."""

from __future__ import annotations

from collections.abc import Callable

from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.errors import BunsuiError, NotAuthorised, Stale
from bunsui_core.domain.fingerprint import fingerprint
from bunsui_core.domain.kin import Kin, kin, otherwise
from bunsui_core.domain.together import Decided, Together
from bunsui_core.ports.store import Diagnoses

Look = Callable[[str], Review]
"""Prepares the review of a request anew. Raises: NotFound."""

Sign = Callable[[Review], Approval]
"""Signs and records the answer to one request. Raises: BunsuiError."""


def decide_together(reviews: tuple[Review, ...], look: Look, sign: Sign) -> Together:
    """Sign each request that still is what was shown; say of each other one why not.

    Raises: NotAuthorised when the very first signature fails, so that a wrong passphrase counts
    once; nothing was signed then.
    """
    told: list[Decided] = []
    for review in reviews:
        is_first = not any(one.is_signed for one in told)
        try:
            _must_be_as_shown(review, look(review.plan.request_id))
            told.append(Decided(request_id=review.plan.request_id, approval=sign(review)))
        except NotAuthorised as error:
            if is_first:
                raise
            told.append(_left_out(review, error))
        except BunsuiError as error:
            told.append(_left_out(review, error))
    return Together(items=tuple(told))


def _left_out(review: Review, error: BunsuiError) -> Decided:
    return Decided(request_id=review.plan.request_id, why_not=error.message)


def _must_be_as_shown(shown: Review, now: Review) -> None:
    if now.shown_digest == shown.shown_digest:
        return
    told = next(iter(otherwise(shown, now)), None)
    what = f": {' '.join((told.line or told.usual).split())}" if told else ""
    raise Stale(f"it is not what was shown any more{what}", "Review it by itself.")


def kin_among(approvals: tuple[Approval, ...], diagnoses: Diagnoses) -> tuple[Kin, ...]:
    """Return which waiting requests ask for the same about failures that said the same."""

    def error_of(session_id: str, job: str) -> tuple[str, str]:
        found = diagnoses.get(session_id, job) if job else None
        return (fingerprint(found), found.failure.error) if found else ("", "")

    return kin(approvals, error_of)
