"""Over random graphs, failures and modes, the jobs that run are the jobs that were previewed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunsui_core.domain.fidelity import fidelity, is_over
from bunsui_core.domain.plan import JobStep, MarkDone, RedriveJob, RestartJob
from bunsui_core.domain.preview import Preview
from bunsui_core.domain.previewing import output_digest, preview
from bunsui_core.domain.rerun import last_attempt, next_number
from bunsui_core.domain.session import JobStatus, Session, SessionStatus
from bunsui_core.domain.verdict import Mode
from tests.builders import a_redrive, a_restart
from tests.model.graphs import a_random_pipeline
from tests.model.play import Play
from tests.model.world import Chances

FAILING = Chances(failing=0.25, timing_out=0.05)
AGAIN = replace(FAILING, failing=0.1, stale=0.2, unseen=0.2, other_worker=0.1, crash=0.03)
MODES = (Mode.REDRIVE, Mode.RESTART, Mode.MARK_DONE)
SEEDS = st.integers(0, 10**9)


def at_rest(rng: random.Random) -> Play:
    """A session that has settled, well or not."""
    size = min(rng.randint(1, 40) for _ in range(3))
    play = Play(rng, a_random_pipeline(rng, size), FAILING)
    play.turmoil(rng.randint(2, 12))
    play.settle()
    return play


def executed(before: Session, after: Session) -> set[str]:
    """The jobs of which an execution ran, or went on, between the two."""
    return {run.job for run in after.runs if _ran(before, after, run.job)}


def _ran(before: Session, after: Session, job: str) -> bool:
    return _executions(before, job) != _executions(after, job)


def _executions(session: Session, job: str) -> list[tuple[str, int]]:
    run = session.run(job)
    tried = run.attempts if run else ()
    return [(one.execution_arn, one.redrive_count) for one in tried if one.execution_arn]


def a_step(before: Session, job: str, mode: Mode, told: Preview) -> JobStep:
    """The step of a plan, as far as its fidelity is looked at."""
    last = last_attempt(before, job)
    assert last
    fields: dict[str, object] = {"job": job, "session_id": before.id, "preview": told}
    expect = a_redrive().expect.model_copy(update={"attempt": last.number})
    match mode:
        case Mode.REDRIVE:
            return a_redrive(**fields, execution_arn=last.execution_arn, expect=expect)
        case Mode.RESTART:
            return a_restart(**fields, attempt=next_number(before, job), expect=expect)
    marked = {**a_restart().model_dump(exclude={"kind"}), **fields, "output_digest": ""}
    kept = {name: value for name, value in marked.items() if name in MarkDone.model_fields}
    return MarkDone.model_validate({**kept, "attempt": next_number(before, job)})


def live(seed: int) -> None:
    rng = random.Random(seed)
    play = at_rest(rng)
    before = play.session
    job, mode, downstream = (
        rng.choice(before.failed_jobs or before.pipeline.order),
        rng.choice(MODES),
        rng.random() < 0.4,
    )
    told = preview(before, job, mode, downstream)
    since = play.world.now
    if not play.people.rerun(job, mode, downstream):
        return
    if rng.random() < 0.5:
        play.world.chances = AGAIN
        play.turmoil(rng.randint(1, 8))
    after = play.settle()

    ran = executed(before, after)
    assert ran <= {*told.runs, *told.follows, *told.resets}
    assert set(told.runs) <= ran
    if after.status is SessionStatus.SUCCEEDED:
        skipped = {run.job for run in after.runs if run.status is JobStatus.SKIPPED}
        assert {*told.follows, *told.resets} <= ran | skipped
    for one in told.reused:
        run = after.run(one.job)
        assert run
        assert output_digest(run) == one.output_digest
    step = a_step(before, job, mode, told)
    assert isinstance(step, RedriveJob | RestartJob | MarkDone)
    assert is_over(step, after)
    assert fidelity(step, after, {}, since) == ""


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS)
def test_what_was_previewed_is_what_runs(seed: int) -> None:
    live(seed)


@pytest.mark.slow
@settings(max_examples=2_000, deadline=None)
@given(seed=SEEDS)
def test_what_was_previewed_is_what_runs_two_thousand_times(seed: int) -> None:
    live(seed)
