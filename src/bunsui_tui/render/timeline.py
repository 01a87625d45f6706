"""A session on a clock: its jobs, and below an opened job the states of its newest execution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.session import Attempt, JobRun, JobStatus, Session
from bunsui_core.domain.timeline import JobTimeline, StateEnd, StateRun, StateTrack
from bunsui_tui.board import Board
from bunsui_tui.render.clock import BODY, Bar, Window, axis, busy, drawn
from bunsui_tui.render.signs import FAILED, JOBS, OK, QUIET, RUNNING, SESSIONS, Meaning, named, sign
from bunsui_tui.render.table import GAP, Column, Row, widths
from bunsui_tui.render.text import MUTED, apart, joined, said, section, stack, words
from bunsui_tui.render.times import absolute, lasted

COLUMNS = (
    Column("", 1),
    Column("job, state", 28),
    Column("took", 8, right=True),
    Column("", 0),
)
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

WORDS = {
    StateEnd.RUNNING: "running",
    StateEnd.SUCCEEDED: "went well",
    StateEnd.CAUGHT: "failed and were caught",
    StateEnd.FAILED: "failed",
    StateEnd.STOPPED: "were stopped with the rest",
}
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


def job_of(key: str) -> str:
    """Return the job whose line, or whose state's line, has a key."""
    return key.split(_BETWEEN, 1)[0]


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
        for line in _lines(board, view, _run(detail.view.session, name))
    ]
    bare = tuple(Row(key, cells) for key, cells, _ in lines)
    room = widths(COLUMNS, bare, view.width)[-1]
    window = view.window or whole(board, view.session_id)
    return tuple(Row(key, (*cells[:-1], drawn(bars, window, room))) for key, cells, bars in lines)


def clock_line(board: Board, view: View) -> Text:
    """Return how much time is in sight, and the axis above the column of bars."""
    listed = rows(board, view)
    window = view.window or whole(board, view.session_id)
    room = widths(COLUMNS, listed, view.width)[-1]
    length = words((f"{lasted(window.length)} in sight", MUTED))
    length.truncate(max(0, view.width - room - GAP), overflow="ellipsis")
    length.append(" " * max(0, view.width - room - length.cell_len))
    return length.append_text(axis(window, room))


_Line = tuple[str, tuple[Text, ...], list[Bar]]


def _run(session: Session, name: str) -> JobRun:
    return session.run(name) or JobRun(job=name)


def _lines(board: Board, view: View, run: JobRun) -> Iterable[_Line]:
    is_open = run.job in view.opened
    mark = " " if run.last is None else "-" if is_open else "+"
    spans = [_span(one, board.now) for one in run.attempts if one.started_at]
    cells = (
        sign(JOBS[run.status]),
        words(f"{mark} ", said(run.job, 40)),
        words(lasted(busy(spans)) if spans else ""),
        Text(),
    )
    yield key_of(run.job), cells, [_attempt_bar(one, board.now) for one in run.attempts]
    if is_open and run.last is not None:
        found = board.timelines.get((view.session_id, run.job))
        yield from _states(board, run.job, found)


def _span(one: Attempt, now: datetime) -> tuple[datetime, datetime]:
    return one.started_at or now, one.stopped_at or now


def _attempt_bar(one: Attempt, now: datetime) -> Bar:
    began, ended = _span(one, now)
    mark, style = JOBS[one.status]
    return Bar(began, ended, style, BODY if one.status is JobStatus.SUCCEEDED else mark, 1)


def _states(board: Board, job: str, found: JobTimeline | None) -> Iterable[_Line]:
    if found is None or not found.tracks:
        said_so = "reading its states…" if found is None else found.note or "no state began yet"
        blank = (Text(), words((f"    {said_so}", MUTED)), Text(), Text())
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


def beside(board: Board, session_id: str, key: str) -> Group:
    """Return what is known about the selected line, and the way through the jobs that took most."""
    detail = board.details.get(session_id)
    if detail is None or not key:
        return stack([])
    job, *path = key.split(_BETWEEN)
    session = detail.view.session
    found = board.timelines.get((session_id, job))
    tracks = found.tracks if found else ()
    track = next((one for one in tracks if one.path == tuple(path)), None)
    about = _about_state(track, board.now) if track else _about_job(session, job, board.now)
    return stack([*about, _longest(session, board.now)])


def _about_job(session: Session, job: str, now: datetime) -> list[Text]:
    run = _run(session, job)
    if not run.attempts:
        found = session.pipeline.find(job)
        why = f", it waits for {', '.join(found.after)}" if found and found.after else ""
        return [words(said(job, 40), (" has not started", MUTED), (why, MUTED))]
    return [_about_attempt(job, one, now) for one in reversed(run.attempts)]


def _about_attempt(job: str, one: Attempt, now: datetime) -> Text:
    began, ended = _span(one, now)
    redrives = f" · redriven {one.redrive_count}×" if one.redrive_count else ""
    return words(
        said(job, 40),
        f" try {one.number}  ",
        named(JOBS[one.status], one.status.value.lower()),
        f" · {lasted(ended - began)} · {_when(began, one.stopped_at)}{redrives} ",
        said(one.error, 100),
    )


def _when(began: datetime, ended: datetime | None) -> str:
    return f"{absolute(began)} to {ended:%H:%M:%S}" if ended else f"since {absolute(began)}"


def _about_state(track: StateTrack, now: datetime) -> list[Text]:
    first = min(run.began for run in track.runs)
    over = [run.ended for run in track.runs if run.ended]
    last = max(over) if len(over) == len(track.runs) else None
    path = said(" / ".join(track.path), 200)
    lines = [words(path, (f"  {track.type} · {_when(first, last)}", MUTED)), _how(track)]
    if len(track.runs) > 1:
        lengths = sorted((run.ended or now) - run.began for run in track.runs)
        middle = lengths[len(lengths) // 2]
        told = f"a run took {_exact(middle)} in the middle, {_exact(lengths[-1])} at most"
        lines.append(words((told, MUTED)))
    return lines


def _how(track: StateTrack) -> Text:
    counts = Counter(run.end for run in track.runs)
    retries = sum(max(0, run.tries - 1) for run in track.runs)
    if len(track.runs) == 1:
        (run,) = track.runs
        word = WORDS[run.end].replace("were", "was")
        parts = [named(ENDS[run.end], word)]
    else:
        parts = [named(ENDS[end], f"{counts[end]:,} {WORDS[end]}") for end in WORST if counts[end]]
    if retries:
        parts.append(words((f"{retries} retried", MUTED)))
    return joined(parts, " · ")


def _exact(length: timedelta) -> str:
    seconds = length.total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else lasted(length)


def longest_way(session: Session, now: datetime) -> tuple[tuple[str, timedelta], ...]:
    """Return the jobs that decided when a session was over, each with how long it lasted.

    It begins at the job that ended last and goes back to whichever job before it ended last.
    """
    ended = {
        run.job: max(_span(one, now)[1] for one in run.attempts)
        for run in session.runs
        if run.attempts
    }
    at = max(ended, key=lambda job: ended[job], default="")
    way: list[tuple[str, timedelta]] = []
    while at:
        attempts = _run(session, at).attempts
        way.append((at, busy(_span(one, now) for one in attempts)))
        job = session.pipeline.find(at)
        before = [name for name in job.after if name in ended] if job else []
        at = max(before, key=lambda name: ended[name], default="")
    return tuple(reversed(way))


def _longest(session: Session, now: datetime) -> Group:
    way = longest_way(session, now)
    if len(way) < 2:
        return stack([])
    steps = [words(said(job, 40), (f" {lasted(length)}", MUTED)) for job, length in way]
    return stack([section("longest way", joined(steps, " → "), style=MUTED)])
