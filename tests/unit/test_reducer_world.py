"""A session survives whatever happens to it: random graphs, failures, people, crashes.

What must hold is looked at in `tests.model`: at every version that is stored, at every start, and
when all has settled.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.graphs import a_random_pipeline
from tests.model.play import Play
from tests.model.world import Chances

FEW = 70
MANY = 2_000
LARGEST = 60

FAILING = Chances(failing=0.12, timing_out=0.03)
LOSSY = replace(FAILING, stale=0.3, unseen=0.2, passing=0.2)
TWO_WORKERS = replace(LOSSY, other_worker=0.1)
CRASHES = replace(TWO_WORKERS, crash=0.05)
PEOPLE = replace(CRASHES, human=0.3)
ANYTHING = replace(PEOPLE, stranger=0.2, big=0.05)
WORLDS = (FAILING, LOSSY, TWO_WORKERS, CRASHES, PEOPLE, ANYTHING)
SEEDS = st.integers(0, 10**9)


def live(seed: int, chances: Chances) -> None:
    rng = random.Random(seed)
    size = min(rng.randint(1, LARGEST) for _ in range(4))
    play = Play(rng, a_random_pipeline(rng, size), chances)
    play.turmoil(rng.randint(3, 16))
    play.settle()


@pytest.mark.parametrize("chances", WORLDS)
@settings(max_examples=FEW, deadline=None)
@given(seed=SEEDS)
def test_a_session_settles_whatever_happens(chances: Chances, seed: int) -> None:
    live(seed, chances)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
@settings(max_examples=MANY, deadline=None)
@given(seed=SEEDS)
def test_a_session_settles_whatever_happens_twenty_thousand_times(part: int, seed: int) -> None:
    live(seed * 10 + part, WORLDS[seed % len(WORLDS)])
