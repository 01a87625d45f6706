"""Small pieces of text that several views show alike."""

from __future__ import annotations

from rich.text import Text

from bunsui_core.domain.approval import ApprovalStatus
from bunsui_core.domain.lasting import lasted
from bunsui_core.domain.safe import safe
from bunsui_core.domain.session import JobStatus, SessionStatus
from bunsui_core.domain.value import Instant

OK, RUNNING, WAITING, FAILED, MUTED = "✓", "▶", "◆", "✗", "·"
"""The five meanings, each with a sign, so that colour never carries one alone."""

STYLES = {OK: "green", RUNNING: "cyan", WAITING: "yellow", FAILED: "red", MUTED: "dim"}

_SIGNS = {
    "SUCCEEDED": OK,
    "DONE": OK,
    "RUNNING": RUNNING,
    "STARTING": RUNNING,
    "APPROVED": RUNNING,
    "EXECUTING": RUNNING,
    "REQUESTED": WAITING,
    "NEEDS_HUMAN": WAITING,
    "DONE_AMBIGUOUS": WAITING,
    "PAUSED": WAITING,
    "CANCELLING": RUNNING,
    "CANCELLED": MUTED,
    "SKIPPED": MUTED,
    "WAITING": MUTED,
    "EXPIRED": MUTED,
    "REJECTED": MUTED,
    "WITHDRAWN": MUTED,
    "STALE": MUTED,
}


def plain(text: str, limit: int = 4000) -> Text:
    """Return text from outside as it may stand on a terminal, never as markup."""
    return Text(safe(text, limit))


def line(text: str, limit: int = 200) -> Text:
    """Return text from outside on one line."""
    return Text(safe(text, limit, newlines=False))


def status(value: SessionStatus | JobStatus | ApprovalStatus) -> Text:
    """Return a status with its sign."""
    sign = _SIGNS.get(value.value, FAILED)
    return Text(f"{sign} {value.value}", STYLES[sign])


def status_sign(value: SessionStatus) -> Text:
    """Return the sign of a session's status alone."""
    sign = _SIGNS.get(value.value, FAILED)
    return Text(sign, STYLES[sign])


def several(count: int, noun: str) -> str:
    """Return a number of things: `1 pipeline`, `2 pipelines`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def moment(at: Instant | None) -> str:
    """Return a moment in the reader's zone, or a dash."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else "–"


def short(at: Instant) -> str:
    """Return a moment of a list, in the reader's zone, without year and seconds."""
    return at.astimezone().strftime("%m-%d %H:%M")


def took(start: Instant | None, end: Instant | None) -> str:
    """Return how long something ran, or a dash while it does."""
    if start is None or end is None:
        return "–"
    return lasted(end - start)
