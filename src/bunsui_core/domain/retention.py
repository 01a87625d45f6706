"""Which archives may go when they are old, and why the others stay."""

from __future__ import annotations

from datetime import timedelta

from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.value import Instant

UNKNOWN = "nobody knows whose they are"
ASKED = "a request about their session waits for a human"
FAILED = "their session failed and can still be recovered"
OPEN = "their session is not over"


def is_old_before(now: Instant, keep_days: int) -> Instant | None:
    """Return the moment before which archives are old; nothing where all are kept for good."""
    if not keep_days:
        return None
    return now - timedelta(days=keep_days)


def why_kept(session: Session | None, asked_about: frozenset[str]) -> str:
    """Return why an old archive of a session stays all the same; empty when it may go."""
    if session is None:
        return UNKNOWN
    if session.id in asked_about:
        return ASKED
    if session.status is SessionStatus.FAILED:
        return FAILED
    return OPEN if session.status.is_open else ""
