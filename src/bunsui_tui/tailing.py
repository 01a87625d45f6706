"""A log as a screen reads it: whole when what wrote it is over, look by look while it runs."""

from __future__ import annotations

from dataclasses import replace

from bunsui_core.domain.answer import OperationLogs
from bunsui_core.domain.following import Followed, Shown
from bunsui_core.domain.session import Session
from bunsui_tui.board import Said, Tail
from bunsui_tui.needs import Desk

MOST_READ = 2000
"""Lines read of a log that is over."""

MOST_KEPT, KEPT = 20_000, 15_000
"""When a log that goes on has so many lines, the older ones go until so many are left."""


def tail(desk: Desk, session_id: str, job: str, known: Tail | None) -> Tail:
    """Return a log, or what is known of it with the lines that are new since.

    Raises: NotFound, NotAuthorised, Unavailable; what is known may then be used again.
    """
    if known and known.shown:
        return _longer(known, desk.follow(session_id, job, known.shown))
    if not is_growing(desk.session(session_id).session, job):
        return _whole(desk.logs(session_id, job, MOST_READ))
    return _longer(Tail(), desk.follow(session_id, job, Shown()))


def is_growing(session: Session, job: str) -> bool:
    """Whether more of a log is to come: of that job, or of any where none is named or failed."""
    if not job and session.failed_jobs:
        return False
    return any(run.status.is_open for run in session.runs if job in {"", run.job})


def _whole(found: OperationLogs) -> Tail:
    return Tail(lines=_lines(found), note=found.note, is_over=True)


def _longer(known: Tail, found: Followed) -> Tail:
    new = sorted((line for part in found.parts for line in _lines(part)), key=lambda one: one.at)
    lines = (*known.lines, *new)
    notes = [part.note for part in found.parts if part.note]
    return replace(
        known,
        lines=lines if len(lines) <= MOST_KEPT else lines[-KEPT:],
        note=notes[-1] if notes else known.note,
        is_over=found.is_over,
        shown=found.shown,
    )


def _lines(found: OperationLogs) -> tuple[Said, ...]:
    writer = " · ".join(part for part in (found.job, found.operation) if part)
    return tuple(Said(line.at, writer, line.text) for line in found.lines)
