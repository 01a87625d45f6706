"""Sessions of any shape, run again in any way: what was shown each time is what ran."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bunsui_core.domain.session import SessionStatus
from tests.e2e.random_sessions import RandomSession
from tests.e2e.rerun_stage import RerunStage, rerun_stage
from tests.emulator.embedded import Embedded

SEEDS, MOST_RERUNS = 25, 8


@pytest.fixture(scope="module")
def stage(inside: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RerunStage]:
    with rerun_stage(inside, tmp_path_factory.mktemp("random")) as made:
        yield made


@pytest.fixture(scope="module")
def doing(stage: RerunStage) -> str:
    return stage.function("doing")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_is_run_again_is_what_was_shown(stage: RerunStage, doing: str, seed: int) -> None:
    made = RandomSession(seed, doing)
    session = stage.settled(stage.started(stage.pipeline(made.name, made.jobs), {"day": seed}))
    for job in made.needy:
        stage.put(made.need(job))

    for _ in range(MOST_RERUNS):
        was_whole = session.status is SessionStatus.SUCCEEDED
        rerun = made.rerun(session)
        if rerun is None:
            break
        session = stage.rerun(session, rerun.place, rerun.mode, **rerun.wanted).after
        if was_whole:
            break

    assert session.status is SessionStatus.SUCCEEDED
