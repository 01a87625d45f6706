"""At each single call that a conductor makes something happens: it dies, or it is not alone."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bunsui_core.domain.performed import SURE_AFTER
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import Control
from bunsui_core.domain.session import SessionStatus, Wish
from tests.builders import later
from tests.model.play import Play
from tests.model.steps import a_job
from tests.model.world import Chances

# Two branches that meet, one of them with a payload that is kept and one with a retry.
PIPELINE = Pipeline(
    name="fork",
    jobs=(
        a_job("take"),
        a_job("left", "take", retries={"most": 2, "first_s": 5}),
        a_job("right", "take", takes_references=True),
        a_job("join", "left", "right", takes_references=True),
    ),
    max_concurrency=2,
)
SEEDS = range(4)


def a_play(seed: int) -> Play:
    return Play(random.Random(seed), PIPELINE, Chances(failing=0.2, big=0.3))


def run(play: Play) -> Play:
    """Three rounds in which things fail, then as many as it takes."""
    for _ in range(3):
        play.round()
        play.world.pass_time(20)
    play.settle()
    return play


def dying(play: Play) -> Callable[[], object]:
    return play.die


def beside_another(play: Play) -> Callable[[], object]:
    return play.round


def cancelled(play: Play) -> Callable[[], object]:
    return lambda: play.people.control(Control.CANCEL)


def paused(play: Play) -> Callable[[], object]:
    return lambda: play.people.control(Control.PAUSE)


@pytest.mark.parametrize("happens", [dying, beside_another, cancelled, paused])
def test_whatever_happens_at_any_single_call_the_session_settles(
    happens: Callable[[Play], Callable[[], object]],
) -> None:
    for seed in SEEDS:
        calls = run(a_play(seed)).calls
        for call in range(1, calls + 1):
            play = a_play(seed)
            play.at[call] = happens(play)
            run(play)


def test_a_session_that_was_cancelled_stops_whatever_ran() -> None:
    for call in range(1, 40):
        play = a_play(3)
        play.at[call] = cancelled(play)
        end = run(play).session
        if end.wish is Wish.CANCEL:
            assert end.status in {SessionStatus.CANCELLED, SessionStatus.SUCCEEDED}
            assert not play.world.running()
            assert play.world.now < later(hours=1)


def sleeping(play: Play) -> Callable[[], object]:
    """A worker sleeps in the middle of a call; meanwhile the session is cancelled and settles."""

    def deed() -> None:
        play.people.control(Control.CANCEL)
        play.world.pass_time(2 * SURE_AFTER.total_seconds())
        play.round()

    return deed


def test_what_a_worker_starts_after_its_session_has_settled_is_stopped_and_told() -> None:
    told = 0
    for seed in SEEDS:
        for call in range(1, 25):
            play = a_play(seed)
            play.at[call] = sleeping(play)
            end = run(play).session
            assert not play.world.running()
            attempts = [one for run_ in end.runs for one in run_.attempts]
            told += any(one.execution_arn and one.error == "Broken" for one in attempts)
    assert told
