"""What a preview says of a rerun is what happens, and nothing that is reused is lost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunsui_core.domain.preview import Preview
from bunsui_core.domain.previewing import output_digest, preview
from bunsui_core.domain.rerun import has_effect, redriven
from bunsui_core.domain.session import Began, JobRun, JobStatus, Session, SessionStatus
from bunsui_core.domain.verdict import Mode
from tests.builders import a_redrive, later
from tests.model.graphs import a_random_pipeline
from tests.model.people import MODES
from tests.model.play import Play
from tests.model.steps import a_job, begin, end, statuses
from tests.model.world import CALM, Chances

FAILING = Chances(failing=0.15, big=0.03)
UNREST = (CALM, replace(FAILING, crash=0.05, stale=0.2))
FEW = 20
MANY = 500


def count(run: JobRun) -> tuple[int, int]:
    attempts = [one for one in run.attempts if one.began is not Began.MARKED]
    return len(attempts), sum(one.redrive_count for one in attempts)


def ran_since(before: Session, after: Session) -> set[str]:
    """The jobs that began, were skipped or went on since; a job marked done did not."""
    pairs = zip(before.runs, after.runs, strict=True)
    return {new.job for old, new in pairs if count(new) != count(old)}


def live_again(seed: int, chances: Chances) -> None:
    rng = random.Random(seed)
    pipeline = a_random_pipeline(rng, min(rng.randint(2, 60) for _ in range(4)))
    play = Play(rng, pipeline, FAILING)
    before = play.settle()
    said = next(
        (found for ask in wishes(rng, before) if (found := rerun(play, before, *ask))), None
    )
    if said is None:
        return  # nothing of it ran
    play.world.chances = chances
    play.turmoil(rng.randint(1, 6))

    after = play.settle()

    ran, told = ran_since(before, after), {*said.runs, *said.follows, *said.resets}
    assert ran <= told
    if after.status is SessionStatus.SUCCEEDED:
        assert ran == told
    for one in said.reused:
        run = after.run(one.job)
        assert run
        assert output_digest(run) == one.output_digest


def wishes(rng: random.Random, session: Session) -> Iterator[tuple[str, Mode, bool]]:
    """What a human may ask for, failed jobs first, each in modes of which one is possible."""
    failed = rng.sample(session.failed_jobs, len(session.failed_jobs))
    others = rng.sample(session.pipeline.order, len(session.pipeline.order))
    downstream = rng.random() < 0.5
    for job in (*failed, *others):
        for mode in rng.sample(MODES, len(MODES)):
            yield job, mode, downstream


def rerun(play: Play, before: Session, job: str, mode: Mode, downstream: bool) -> Preview | None:
    """The preview of a rerun that was done, if it was possible."""
    said = preview(before, job, mode, downstream)
    return said if play.people.rerun(job, mode, downstream) else None


@pytest.mark.parametrize("chances", UNREST)
@settings(max_examples=FEW, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_what_runs_again_is_what_the_preview_said(chances: Chances, seed: int) -> None:
    live_again(seed, chances)


@pytest.mark.slow
@pytest.mark.parametrize("chances", UNREST)
@settings(max_examples=MANY, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_what_runs_again_is_what_the_preview_said_a_thousand_times(
    chances: Chances, seed: int
) -> None:
    live_again(seed, chances)


def test_a_redrive_that_is_seen_before_it_is_stored_is_our_own_and_resets_what_follows() -> None:
    session = begin(a_job("load"), a_job("send", "load"))
    session = end(session, "load", "SUCCEEDED", later(seconds=1))
    session = end(session, "send", "SUCCEEDED", later(seconds=2))
    failed = session.runs[0].attempts[0].model_copy(update={"status": JobStatus.FAILED})
    runs = (session.runs[0].model_copy(update={"attempts": (failed,)}), session.runs[1])
    session = session.model_copy(update={"runs": runs})
    step = a_redrive(
        session_id=session.id, job="load", execution_arn=failed.execution_arn, downstream=True
    )

    seen = end(session, "load", "RUNNING", later(seconds=9), redrive_count=1)
    stored = redriven(seen, step, later(seconds=9))

    assert not has_effect(seen, step)
    assert has_effect(stored, step)
    assert statuses(stored) == {"load": "RUNNING", "send": "WAITING"}
    assert stored.runs[0].attempts[0].external == ""
