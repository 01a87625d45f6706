"""The words behind `/`: `status:failed pipeline:orders age:<1d text`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.session import SessionStatus, SessionSummary

_AGE = re.compile(r"<(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_HOW = "Write words like status:failed pipeline:orders age:<1d, or a text to look for."


@dataclass(frozen=True)
class Query:
    """Which sessions are wanted; empty fields match everything."""

    text: str = ""
    wanted: SessionFilter = field(default_factory=SessionFilter)
    younger_than: timedelta | None = None
    words: tuple[str, ...] = ()

    def covers(self, one: SessionSummary, now: datetime) -> bool:
        """Whether a session is wanted, as far as the store does not decide it."""
        if self.younger_than is not None and now - one.created_at >= self.younger_than:
            return False
        hay = f"{one.session_id} {one.pipeline} {one.status} {one.failed_job} {one.error}".lower()
        return all(word in hay for word in self.words)


EVERYTHING = Query()


def parse(text: str) -> Query:
    """Return the query that a text says. Raises: BadInput for a word it cannot use."""
    status: SessionStatus | None = None
    pipeline, age, words = "", None, []
    for word in text.split():
        match word.partition(":"):
            case ("status", ":", value):
                status = _status(value)
            case ("pipeline", ":", value):
                pipeline = value
            case ("age", ":", value):
                age = _age(value)
            case _:
                words.append(word.lower())
    wanted = SessionFilter(statuses=(status,) if status else (), pipeline=pipeline)
    return Query(text.strip(), wanted, age, tuple(words))


def _status(value: str) -> SessionStatus:
    known = {status.value.lower(): status for status in SessionStatus} | {
        "ok": SessionStatus.SUCCEEDED
    }
    if value.lower() not in known:
        raise BadInput(f"no session has the status {value}.", f"Known: {', '.join(known)}.")
    return known[value.lower()]


def _age(value: str) -> timedelta:
    found = _AGE.fullmatch(value)
    if not found:
        raise BadInput(f"the age {value} cannot be read.", _HOW)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
