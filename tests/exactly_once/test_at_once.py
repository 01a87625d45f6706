"""Eight executors at one moment make one effect: at the claim, at a takeover, with wrong clocks."""

from __future__ import annotations

from functools import partial

import pytest

from bunsui_core.app.execute import execute
from bunsui_core.app.lease import LEASE, Turn
from bunsui_core.domain.approval import EffectState
from tests.builders import later
from tests.exactly_once.cases import calls_of
from tests.exactly_once.ground import Ground
from tests.exactly_once.play import Play, Tap, play
from tests.exactly_once.scripts import KINDS, Script
from tests.exactly_once.troubles import dies
from tests.race import together

EXECUTORS = 8
everywhere = pytest.mark.parametrize(
    ("ground", "kind"),
    [
        *(("files", kind) for kind in KINDS),
        *(
            pytest.param("table", kind, marks=pytest.mark.slow)
            for kind in ("redrive", "restart", "pause")
        ),
    ],
    indirect=["ground"],
)
FINAL = frozenset({EffectState.DONE, EffectState.DONE_AMBIGUOUS})


def turn(made: Play, number: int, skew: float = 0) -> EffectState | None:
    """One executor's turn; its clock is wrong by so many seconds."""
    began = later(minutes=6, seconds=skew * number)
    late = made.clock.now - later(minutes=6)
    return execute(made.request, made.hands(), Turn(f"w-{number}", began + late))


def crowd(made: Play, skew: float = 0) -> list[object]:
    """What each of many executors came to that began at one moment."""
    return list(together(*(partial(turn, made, n, skew) for n in range(EXECUTORS))))


@everywhere
def test_of_eight_executors_one_does_it(
    ground: Ground, scripts: dict[str, Script], kind: str
) -> None:
    made = play(ground, scripts[kind])

    states = crowd(made)

    assert (states.count(EffectState.DONE), states.count(None)) == (1, EXECUTORS - 1)
    assert made.ours == 1


@everywhere
def test_eight_executors_take_over_from_a_dead_one_and_one_repairs_it(
    ground: Ground, scripts: dict[str, Script], kind: str
) -> None:
    calls = len(calls_of(ground, scripts[kind]))
    for at in range(2, calls + 1):
        made = play(ground, scripts[kind])
        made.try_execute(Tap(made, at, True, dies))
        made.wait(seconds=LEASE.total_seconds() + 1)

        crowd(made)

        assert made.ours == 1
        assert made.effect
        assert made.effect.state in FINAL


@everywhere
def test_eight_executors_that_each_think_the_others_lease_is_over_do_it_once(
    ground: Ground, scripts: dict[str, Script], kind: str
) -> None:
    for _ in range(2):
        made = play(ground, scripts[kind])

        crowd(made, skew=LEASE.total_seconds() + 1)
        made.wait(seconds=LEASE.total_seconds() * EXECUTORS * 2)
        made.recover()

        assert made.ours == 1
        assert made.effect
        assert made.effect.state.is_final
