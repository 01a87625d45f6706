"""A session on a clock: its jobs, and below an opened job the states of its newest execution."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rich.text import Text

from bunsui_core.domain.session import Attempt, JobRun, JobStatus, Session
from bunsui_core.domain.timeline import JobTimeline, StateEnd, StateRun, StateTrack
from bunsui_tui.board import TIMELINE, Board
from bunsui_tui.render.clock import BODY, Bar, Window, axis, busy, drawn
from bunsui_tui.render.signs import FAILED, JOBS, OK, QUIET, RUNNING, SESSIONS, Meaning, named, sign
from bunsui_tui.render.table import GAP, Column, Row, widths
from bunsui_tui.render.text import MUTED, apart, said, words
from bunsui_tui.render.times import lasted

NAME, TOOK = 28, 8
COLUMNS = (
    Column(" ", 1),
    Column(f"{'job, state':<{NAME}}", NAME),
    Column(f"{'took':>{TOOK}}", TOOK, right=True),
    Column("", 0),
)
"""Titles as wide as their columns, so that no bar moves when other names come into sight."""

ENDS: dict[StateEnd, Meaning] = {
    StateEnd.RUNNING: RUNNING,
    StateEnd.SUCCEEDED: OK,
    StateEnd.CAUGHT: QUIET,
    StateEnd.FAILED: FAILED,
    StateEnd.STOPPED: QUIET,
}
WORST = (
    StateEnd.FAILED,
    StateEnd.RUNNING,
    StateEnd.STOPPED,
    StateEnd.CAUGHT,
    StateEnd.SUCCEEDED,
)
"""Which of several ends a line shows."""

_BETWEEN = "\n"


@dataclass(frozen=True)
class View:
    """What of a timeline is seen: the session, the opened jobs, the time in sight, the width."""

    session_id: str
    opened: frozenset[str]
    window: Window | None
    width: int


def key_of(job: str, path: tuple[str, ...] = ()) -> str:
    """Return the key of a line."""
    return _BETWEEN.join((job, *path))


def parts_of(key: str) -> tuple[str, tuple[str, ...]]:
    """Return the job and the path of the state that a line is about."""
    job, *path = key.split(_BETWEEN)
    return job, tuple(path)


def job_of(key: str) -> str:
    """Return the job whose line, or whose state's line, has a key."""
    return key.split(_BETWEEN, 1)[0]


def place_of(key: str) -> str:
    """Return where a rerun would begin: a job, or the outermost state of one as `JOB/STATE`."""
    job, path = parts_of(key)
    return f"{job}/{path[0]}" if path else job


def whole(board: Board, session_id: str) -> Window:
    """Return the window from the start of a session to its end, or until now."""
    detail = board.details.get(session_id)
    if detail is None:
        return Window(board.now, board.now, board.now)
    session = detail.view.session
    starts = [one.started_at for run in session.runs for one in run.attempts if one.started_at]
    start = min([session.created_at, *starts])
    return Window(start, session.stopped_at or board.now, start)


def rows(board: Board, view: View) -> tuple[Row, ...]:
    """Return a line for each job in graph order, and for each state of the opened ones."""
    detail = board.details.get(view.session_id)
    if detail is None:
        return ()
    lines = [
        line
        for name in detail.view.session.pipeline.order
        for line in _lines(board, view, detail.view.session, run_of(detail.view.session, name))
    ]
    room = widths(COLUMNS, (), view.width)[-1]
    window = view.window or whole(board, view.session_id)
    return tuple(
        Row(key, (*cells[:-1], drawn(bars, window, room) if bars else cells[-1]))
        for key, cells, bars in lines
    )


def middle(board: Board, view: View, key: str) -> datetime:
    """Return the middle of what a line shows within the time in sight, or of that time itself."""
    detail = board.details.get(view.session_id)
    window = view.window or whole(board, view.session_id)
    run = run_of(detail.view.session, job_of(key)) if detail else JobRun(job=job_of(key))
    session = detail.view.session if detail else None
    lines = _lines(board, view, session, run) if session else ()
    bars = next((bars for line, _, bars in lines if line == key), [])
    seen = [one for one in bars if one.ended >= window.start and one.began <= window.end]
    if not seen:
        return window.start + window.length / 2
    first = max(window.start, min(one.began for one in seen))
    return first + (min(window.end, max(one.ended for one in seen)) - first) / 2


def clock_line(board: Board, view: View) -> Text:
    """Return how much time is in sight, and the axis above the column of bars."""
    window = view.window or whole(board, view.session_id)
    room = widths(COLUMNS, (), view.width)[-1]
    length = words((f"{lasted(window.length)} in sight", MUTED))
    length.truncate(max(0, view.width - room - GAP), overflow="ellipsis")
    length.append(" " * max(0, view.width - room - length.cell_len))
    return length.append_text(axis(window, room))


_Line = tuple[str, tuple[Text, ...], list[Bar]]


def run_of(session: Session, name: str) -> JobRun:
    """Return the run of a job, which has no attempt before it starts."""
    return session.run(name) or JobRun(job=name)


def _why_not(run: JobRun, session: Session) -> Text:
    """What a job that has not started waits for; it has no bar."""
    job = session.pipeline.find(run.job)
    if run.attempts or job is None or not job.after:
        return Text()
    return said(f"after {', '.join(job.after)}", 200, MUTED)


def _lines(board: Board, view: View, session: Session, run: JobRun) -> Iterable[_Line]:
    is_open = run.job in view.opened
    mark = " " if run.last is None else "-" if is_open else "+"
    spans = [span_of(one, board.now) for one in run.attempts if one.started_at]
    cells = (
        sign(JOBS[run.status]),
        words(f"{mark} ", said(run.job, 40)),
        words(lasted(busy(spans)) if spans else ""),
        _why_not(run, session),
    )
    yield key_of(run.job), cells, [_attempt_bar(one, board.now) for one in run.attempts]
    if is_open and run.last is not None:
        found = board.timelines.get((view.session_id, run.job))
        yield from _states(board, run.job, found)


def span_of(one: Attempt, now: datetime) -> tuple[datetime, datetime]:
    """Return from when to when an attempt lasted, or has lasted so far."""
    return one.started_at or now, one.stopped_at or now


def _attempt_bar(one: Attempt, now: datetime) -> Bar:
    began, ended = span_of(one, now)
    mark, style = JOBS[one.status]
    return Bar(began, ended, style, BODY if one.status is JobStatus.SUCCEEDED else mark, 1)


def _states(board: Board, job: str, found: JobTimeline | None) -> Iterable[_Line]:
    if found is None or not found.tracks:
        trouble = board.troubles.get(TIMELINE, "")
        state = "cannot be read" if trouble else "reading its states…"
        told = said(trouble, 300, MUTED)
        blank = (Text(), words((f"    {'no state yet' if found else state}", MUTED)), Text(), told)
        yield key_of(job, ("",)), blank, []
        return
    for track in found.tracks:
        yield key_of(job, track.path), _cells(track, board.now), _bars(track, board.now)


def _cells(track: StateTrack, now: datetime) -> tuple[Text, ...]:
    times = f" ×{len(track.runs)}" if len(track.runs) > 1 else ""
    indent = "  " * (len(track.path) + 1)
    length = busy((run.began, run.ended or now) for run in track.runs)
    return (
        sign(ENDS[worst(track)]),
        words(indent, said(track.path[-1], 80), (times, MUTED)),
        words((lasted(length), MUTED)),
        Text(),
    )


def worst(track: StateTrack) -> StateEnd:
    """Return the end of a state's runs that a reader must not miss."""
    ends = {run.end for run in track.runs}
    return next(end for end in WORST if end in ends)


def _bars(track: StateTrack, now: datetime) -> list[Bar]:
    return [_bar(run, now) for run in track.runs]


def _bar(run: StateRun, now: datetime) -> Bar:
    mark, style = ENDS[run.end]
    weight = len(WORST) - WORST.index(run.end)
    body = BODY if run.end is StateEnd.SUCCEEDED else mark
    return Bar(run.began, run.ended or now, style, body, weight)


def heading(board: Board, session_id: str, width: int) -> Text:
    """Return which session this is, how it stands, and how long it took."""
    detail = board.details.get(session_id)
    if detail is None:
        return words(said(session_id, 64), ("  reading…", MUTED))
    session = detail.view.session
    meaning = SESSIONS[session.status]
    name = said(f"{session.pipeline.name}/{session.id}", 100)
    left = words(sign(meaning), " ", name, "  ", named(meaning, session.status.value))
    length = lasted((session.stopped_at or board.now) - session.created_at)
    return apart(left, words((f"took {length}", MUTED)), width)
