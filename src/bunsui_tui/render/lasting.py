"""What the pane below a timeline says: of a job its attempts, of a state its runs."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.session import Attempt, Session
from bunsui_core.domain.timeline import StateEnd, StateTrack
from bunsui_tui.board import Board
from bunsui_tui.render.clock import busy
from bunsui_tui.render.signs import JOBS, named
from bunsui_tui.render.text import MUTED, joined, said, section, stack, words
from bunsui_tui.render.timeline import ENDS, WORST, parts_of, run_of, span_of
from bunsui_tui.render.times import absolute, lasted

WORDS = {
    StateEnd.RUNNING: "running",
    StateEnd.SUCCEEDED: "went well",
    StateEnd.CAUGHT: "failed and were caught",
    StateEnd.FAILED: "failed",
    StateEnd.STOPPED: "were stopped with the rest",
}


def beside(board: Board, session_id: str, key: str) -> Group:
    """Return what is known about the selected line, and the way through the jobs that took most."""
    detail = board.details.get(session_id)
    if detail is None or not key:
        return stack([])
    job, path = parts_of(key)
    session = detail.view.session
    found = board.timelines.get((session_id, job))
    tracks = found.tracks if found else ()
    track = next((one for one in tracks if one.path == path), None)
    about = _about_state(track, board.now) if track else _about_job(session, job, board.now)
    return stack([*about, _longest(session, board.now)])


def _about_job(session: Session, job: str, now: datetime) -> list[Text]:
    run = run_of(session, job)
    if not run.attempts:
        found = session.pipeline.find(job)
        why = f", it waits for {', '.join(found.after)}" if found and found.after else ""
        return [words(said(job, 40), (" has not started", MUTED), (why, MUTED))]
    return [_about_attempt(job, one, now) for one in reversed(run.attempts)]


def _about_attempt(job: str, one: Attempt, now: datetime) -> Text:
    began, ended = span_of(one, now)
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
        median = lengths[len(lengths) // 2]
        told = f"a run took {lasted(median)} in the middle, {lasted(lengths[-1])} at most"
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


def longest_way(session: Session, now: datetime) -> tuple[tuple[str, timedelta], ...]:
    """Return the jobs that decided when a session was over, each with how long it lasted.

    It begins at the job that ended last and goes back to whichever job before it ended last.
    """
    ended = {
        run.job: max(span_of(one, now)[1] for one in run.attempts)
        for run in session.runs
        if run.attempts
    }
    at = max(ended, key=lambda job: ended[job], default="")
    way: list[tuple[str, timedelta]] = []
    while at:
        attempts = run_of(session, at).attempts
        way.append((at, busy(span_of(one, now) for one in attempts)))
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
