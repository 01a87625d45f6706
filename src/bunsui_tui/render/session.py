"""One session: its jobs on a clock, and what is known about the selected job."""

from __future__ import annotations

from datetime import timedelta

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.answer import OperationLogs
from bunsui_core.domain.pipeline import Job
from bunsui_core.domain.session import Attempt, Began, JobRun, Session, SessionStatus
from bunsui_tui.board import Board
from bunsui_tui.render.diagnosis import full
from bunsui_tui.render.graph import dag_line, timeline
from bunsui_tui.render.inbox import question
from bunsui_tui.render.signs import JOBS, SESSIONS, named, sign
from bunsui_tui.render.table import Column, Row
from bunsui_tui.render.text import MUTED, Block, joined, quoted, said, section, stack, words
from bunsui_tui.render.times import absolute, ago, lasted, span, took

CLOCK = 24
BEGAN = {
    Began.RETRY: "retried",
    Began.RESTART: "restarted",
    Began.ENTER_AT: "entered",
    Began.MARKED: "marked done",
    Began.DOWNSTREAM: "downstream",
}
"""Why an attempt began that was not the first."""

HELD = {
    SessionStatus.PAUSED: "starts nothing new until it is unpaused (p)",
    SessionStatus.CANCELLING: "stops what runs, then ends",
    SessionStatus.CANCELLED: "was cancelled by a human; nothing starts in it any more",
}
"""What a status means that a session has only because a human asked for it."""

INPUT_LIMIT = 600

COLUMNS = (
    Column("", 1),
    Column("job", 20),
    Column("tries", 5, right=True),
    Column("took", 8, right=True),
    Column("status", 10),
    Column("timeline", CLOCK),
    Column("", 0),
)


def rows(board: Board, session_id: str) -> tuple[Row, ...]:
    """Return a line for each job, in graph order."""
    detail = board.details.get(session_id)
    if detail is None:
        return ()
    session = detail.view.session
    end = session.stopped_at or board.now
    runs = [session.run(name) or JobRun(job=name) for name in session.pipeline.order]
    return tuple(
        _row(run, session, board, timeline(run, session.created_at, end, CLOCK)) for run in runs
    )


def _row(run: JobRun, session: Session, board: Board, clock: Text) -> Row:
    last = run.last
    job = session.pipeline.find(run.job)
    redrives = sum(attempt.redrive_count for attempt in run.attempts)
    tries = f"{len(run.attempts)}+{redrives}" if redrives else f"{len(run.attempts) or ''}"
    return Row(
        run.job,
        (
            sign(JOBS[run.status]),
            said(run.job, 40),
            words(tries),
            words(lasted(_length(last, board) if last else None)),
            named(JOBS[run.status], run.status.value.lower()),
            clock,
            said(_standing(run, session, board) or _after(job), 120, MUTED),
        ),
    )


def _after(job: Job | None) -> str:
    return f"after {', '.join(job.after)}" if job and job.after else ""


def _standing(run: JobRun, session: Session, board: Board) -> str:
    """What a job waits for besides its jobs, or what made it run again; empty for neither."""
    last = run.last
    if run.is_reset:
        return "runs again"
    if last is None:
        is_held = session.status is SessionStatus.PAUSED
        return "paused" if is_held else ""
    if last.not_before and last.not_before > board.now and not last.started_at:
        return f"starts in {span(last.not_before - board.now)}"
    return last.external or BEGAN.get(last.began, "")


def _length(attempt: Attempt, board: Board) -> timedelta | None:
    return took(attempt.started_at, attempt.stopped_at, board.now)


def heading(board: Board, session_id: str) -> Group:
    """Return which session this is, how it stands and the line of its jobs."""
    detail = board.details.get(session_id)
    waiting = [question(one, board.now) for one in board.waiting_for(session_id)]
    if detail is None:
        return stack([words(said(session_id, 64), ("  reading…", MUTED))])
    session = detail.view.session
    meaning = SESSIONS[session.status]
    length = took(session.created_at, session.stopped_at, board.now)
    first = words(
        sign(meaning),
        " ",
        said(f"{session.pipeline.name}/{session.id}", 100),
        "  ",
        named(meaning, session.status.value),
        f" · started {ago(session.created_at, board.now)} · took {lasted(length)}",
    )
    held = words((HELD.get(session.status, ""), MUTED))
    return stack([first, held, dag_line(session), *waiting])


def beside(board: Board, session_id: str, job: str) -> Group:
    """Return what is known about a job: its attempts, and the diagnosis when it failed."""
    detail = board.details.get(session_id)
    run = detail.view.session.run(job) if detail else None
    if detail is None or run is None:
        return stack([])
    return stack([*full(detail, job), *_attempts(run, board), *_texts(run)])


def _attempts(run: JobRun, board: Board) -> list[Block]:
    if not run.attempts:
        return [words(("this job has not started", MUTED))]
    return [section(f"TRY {one.number}", _attempt(one, board)) for one in reversed(run.attempts)]


def _attempt(one: Attempt, board: Board) -> Text:
    started = f" · started {absolute(one.started_at)}" if one.started_at else ""
    redrives = f" · redriven {one.redrive_count}×" if one.redrive_count else ""
    line = words(
        named(JOBS[one.status], one.status.value),
        f" · {lasted(_length(one, board))}{started}{redrives}\n",
        said(one.execution_arn or one.execution_name, 300, MUTED),
    )
    came = joined([words(BEGAN.get(one.began, "")), _entered(one), said(one.external, 200)], " · ")
    return joined([line, came, said(one.error, 200)], "\n")


def _entered(one: Attempt) -> Text:
    return words("at state ", said(one.entered_state, 80)) if one.entered_state else Text()


def _texts(run: JobRun) -> list[Block]:
    last = run.last
    if last is None:
        return []
    parts: list[Block] = [section("INPUT", said(last.input, INPUT_LIMIT))]
    if last.output is not None:
        parts.append(section("OUTPUT", said(last.output, INPUT_LIMIT)))
    return parts


def log(found: OperationLogs | None, job: str) -> Group:
    """Return the log of the failing operation, and what is missing of it."""
    if found is None:
        return stack(
            [words("log of ", said(job or "the first failed job", 40), (" · reading…", MUTED))]
        )
    head = words(
        "log of ", said(" · ".join(part for part in (found.job, found.operation) if part), 200)
    )
    request = said(f"request {found.request_id}", 120, MUTED) if found.request_id else Text()
    note = said(found.note, 300, MUTED)
    cut = words(("the log is longer than what is shown", MUTED)) if found.truncated else Text()
    lines = [
        section(f"{line.at:%H:%M:%S}", quoted(line.text, 2000), width=9, style=MUTED)
        for line in found.lines
    ]
    return stack([head, request, note, *lines, cut])
