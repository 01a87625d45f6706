"""A store of sessions that looks at every version before it keeps it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from bunsui_core.domain.answer import Placed, SessionFilter, SessionPage
from bunsui_core.domain.errors import Conflict, NotFound
from bunsui_core.domain.joining import job_input
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.session import (
    Attempt,
    Began,
    JobRun,
    JobStatus,
    Session,
    SessionStatus,
    Wish,
)
from bunsui_core.domain.when import holds

RETRY = Began.RETRY
OURS = {Began.FIRST, RETRY, Began.DOWNSTREAM}
NOT_BEGUN = {JobStatus.WAITING}


class Keeping:
    """Sessions in memory, under versions. A version that breaks a rule fails the test."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.sessions: dict[str, Session] = {}
        self.asked: set[tuple[str, str]] = set()
        self.disturb: Callable[[], None] = lambda: None
        self._clock = clock

    def save(self, session: Session) -> Session:
        """Store under the next version."""
        self.disturb()
        before = self.sessions.get(session.id)
        if (before.version if before else 0) != session.version:
            raise Conflict(f"{session.id} was stored by another.", "Read it again.")
        if before:
            self._must_follow(before, session)
        stored = session.model_copy(update={"version": session.version + 1})
        self.sessions[session.id] = stored
        for run in session.runs:
            if run.last and run.last.status is JobStatus.STARTING:
                self.asked.add((run.last.execution_name, run.last.input))
        self.disturb()
        return stored

    def get(self, session_id: str) -> Session:
        """The newest version."""
        if session_id not in self.sessions:
            raise NotFound(f"no session {session_id}.", "Store it first.")
        return self.sessions[session_id]

    def page(self, wanted: SessionFilter, limit: int, cursor: str) -> SessionPage:
        """Nobody lists here."""
        raise NotImplementedError

    def window(self, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
        """Nobody lists here."""
        raise NotImplementedError

    def place(self, wanted: SessionFilter, session_id: str) -> Placed | None:
        """Nobody lists here."""
        raise NotImplementedError

    def open_ids(self) -> tuple[str, ...]:
        """What is open."""
        return tuple(one.id for one in self.sessions.values() if one.status.is_open)

    def _must_follow(self, before: Session, after: Session) -> None:
        for old, new in zip(before.runs, after.runs, strict=True):
            if new is not old:
                _must_keep(old, new)
                if _begins(old, new):
                    self._may_begin(before, after, new)
        _must_be_told(after)
        _must_leave_room(before, after)

    def _may_begin(self, before: Session, after: Session, run: JobRun) -> None:
        """A start is decided: it is wanted, its time has come, and all before it is done."""
        last = run.last
        assert last
        if last.began not in OURS:
            return
        if last.execution_arn and not last.not_before:
            return
        job = after.pipeline.job(run.job)
        assert after.wish is Wish.RUN, f"{run.job} begins in a session to be {after.wish}"
        runs = {one.job: one for one in after.runs}
        assert all(runs[name].status.is_done for name in job.after), f"{run.job} begins too early"
        origin = next(one for one in reversed(run.attempts) if one.began is not Began.RETRY)
        if origin.began in OURS:
            _must_be_joined(after, run.job, last.input)
        if last.began is Began.RETRY:
            self._must_have_waited(after, run)

    def _must_have_waited(self, session: Session, run: JobRun) -> None:
        retries = session.pipeline.job(run.job).retries
        number = next(n for n, one in enumerate(reversed(run.attempts)) if one.began is not RETRY)
        seconds = min(retries.first_s * retries.rate ** (number - 1), retries.longest_s)
        ended = run.attempts[-2].stopped_at
        assert ended
        waited = (self._clock() - ended).total_seconds()
        assert waited >= seconds, f"{run.job} is retried after {waited} s, not {seconds}"


def _must_be_joined(session: Session, job: str, text: str) -> None:
    """An input is the session's and the outputs of the jobs before it, as they are now."""
    outputs = {}
    for name in session.pipeline.job(job).after:
        run = session.run(name)
        assert run
        assert run.last
        outputs[name] = json.loads(run.last.output or "null")
    expected = {"input": json.loads(session.input), "outputs": outputs}
    passed = json.loads(text)
    if "bunsui_reference" in passed:
        exact = json.dumps(
            {**expected, "outputs": dict(sorted(outputs.items()))},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        sha256 = hashlib.sha256(exact.encode()).hexdigest()
        assert passed["bunsui_reference"]["sha256"] == sha256, f"{job} refers to something else"
    else:
        assert passed == expected, f"{job} begins with another input"


def _begins(old: JobRun, new: JobRun) -> bool:
    if new.last is None or new.last.status in NOT_BEGUN:
        return False
    known = {one.number: one for one in old.attempts}
    before = known.get(new.last.number)
    return before is None or before.status in NOT_BEGUN


def _must_keep(old: JobRun, new: JobRun) -> None:
    """What ran stays told, and what was done stays done: only a plan may be given up."""
    after = {one.number: one for one in new.attempts}
    assert len(after) == len(new.attempts), f"{new.job} has two attempts of one number"
    for one in old.attempts:
        if one.status in NOT_BEGUN:
            continue
        now = after[one.number]
        assert (now.execution_name, now.input) == (one.execution_name, one.input)
        assert not one.execution_arn or now.execution_arn == one.execution_arn
        assert now.redrive_count >= one.redrive_count
        if one.status.is_done:
            assert (now.status, now.output) == (one.status, one.output), f"{new.job} lost an output"
    assert (
        not old.is_reset
        or new.is_reset
        or len(new.attempts) > len(old.attempts)
        or (old.attempts[-1].status in NOT_BEGUN)
    ), f"{new.job} was not run again"


def _must_be_told(session: Session) -> None:
    """The status of a session is what its jobs say."""
    statuses = {run.status for run in session.runs}
    is_open = bool(statuses & {JobStatus.STARTING, JobStatus.RUNNING})
    if statuses <= {JobStatus.SUCCEEDED, JobStatus.SKIPPED}:
        expected = SessionStatus.SUCCEEDED
    elif session.wish is Wish.CANCEL:
        expected = SessionStatus.CANCELLING if is_open else SessionStatus.CANCELLED
    elif not is_open and not any(is_ready(session, run) for run in session.runs):
        expected = SessionStatus.FAILED
    else:
        expected = SessionStatus.PAUSED if session.wish is Wish.PAUSE else SessionStatus.RUNNING
    assert session.status is expected, f"{session.status} for {sorted(statuses)}"
    assert (session.stopped_at is None) == session.status.is_open


def is_ready(session: Session, run: JobRun) -> bool:
    """Whether a job waits, and for no other job."""
    if run.status is not JobStatus.WAITING:
        return False
    runs = {one.job: one for one in session.runs}
    return all(runs[name].status.is_done for name in session.pipeline.job(run.job).after)


def _must_leave_room(before: Session, after: Session) -> None:
    most = after.pipeline.max_concurrency
    began = [n for o, n in zip(before.runs, after.runs, strict=True) if _begins(o, n)]
    ours = [run for run in began if run.status.is_open and run.last and run.last.began in OURS]
    is_open = sum(run.status.is_open for run in after.runs)
    assert not (most and ours) or is_open <= most, f"{is_open} jobs run, of {most} at most"


def must_have_stood_by(session: Session) -> None:
    """Check what holds of every session at any time: retries, conditions, side effects."""
    for run in session.runs:
        job = session.pipeline.job(run.job)
        _must_retry_rightly(session, run)
        first = run.attempts[0] if run.attempts else None
        if job.when and first and first.began is Began.FIRST and not run.is_reset:
            last = run.attempts[-1]
            if last.began in {Began.FIRST, Began.DOWNSTREAM} and not _above_is_reset(session, run):
                subject = _subject(session, job.when.of)
                skipped = last.status is JobStatus.SKIPPED
                assert skipped is not holds(job.when, subject), f"{run.job}: {subject[:80]}"


def _above_is_reset(session: Session, run: JobRun) -> bool:
    """Whether what it depended on ran again since, without it."""
    last = run.last
    job = session.pipeline.job(run.job)
    assert last
    outputs = json.loads(last.input).get("outputs")
    text = json.loads(job_input(session, job, session.runs))
    return outputs is None or bool(outputs != text["outputs"])


def _subject(session: Session, of: str) -> str:
    if not of:
        return session.input
    run = session.run(of)
    assert run
    assert run.last
    return run.last.output or "null"


def _must_retry_rightly(session: Session, run: JobRun) -> None:
    job = session.pipeline.job(run.job)
    spent = 0
    previous: Attempt | None = None
    for one in run.attempts:
        spent = spent + 1 if one.began is Began.RETRY else 0
        if one.began is Began.RETRY:
            assert previous
            assert job.effect is not SideEffect.EXTERNAL
            assert previous.execution_arn
            assert one.number == previous.number + 1
        assert spent <= job.retries.most, f"{run.job} was retried {spent} times"
        previous = one
