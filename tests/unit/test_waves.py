"""A plan of many like steps: a canary, then waves, and a rule that stops it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.waves import Fate, Go, Over, Wait, Waves, next_wave, progress

ENDS = (Fate.SUCCEEDED, Fate.FAILED, Fate.LEFT_OUT)


def fates(*ended: Fate) -> dict[int, Fate]:
    return dict(enumerate(ended, 1))


def test_the_canary_goes_first_and_alone() -> None:
    assert next_wave(Waves(canary=2, size=5), 9, {}) == Go((1, 2))


def test_nothing_else_starts_while_the_canary_runs() -> None:
    assert next_wave(Waves(size=5), 9, fates(Fate.RUNNING)) == Wait(1)


def test_a_canary_that_succeeded_lets_the_next_wave_go() -> None:
    assert next_wave(Waves(size=5), 9, fates(Fate.SUCCEEDED)) == Go((2, 3, 4, 5, 6))


def test_a_canary_that_failed_stops_everything() -> None:
    decided = next_wave(Waves(size=5), 9, fates(Fate.FAILED))

    assert decided == Over("stopped after the canary, which failed")


def test_a_canary_that_was_left_out_proves_nothing() -> None:
    decided = next_wave(Waves(size=5), 9, fates(Fate.LEFT_OUT))

    assert decided == Over("stopped after the canary, which was not tried")


def test_more_failures_than_allowed_stop_the_waves() -> None:
    waves = Waves(size=3, most_failures=1)
    some = fates(Fate.SUCCEEDED, Fate.FAILED, Fate.FAILED, Fate.SUCCEEDED)

    assert next_wave(waves, 9, some) == Over("stopped after wave 1: 2 failed, 1 may")


def test_as_many_failures_as_allowed_do_not() -> None:
    waves = Waves(size=3, most_failures=1)
    some = fates(Fate.SUCCEEDED, Fate.FAILED, Fate.LEFT_OUT, Fate.SUCCEEDED)

    assert next_wave(waves, 9, some) == Go((5, 6, 7))


def test_the_end_is_no_stop() -> None:
    assert next_wave(Waves(size=3), 2, fates(Fate.SUCCEEDED, Fate.FAILED)) == Over("")


def test_a_wave_that_was_left_half_performed_is_finished_first() -> None:
    some = {1: Fate.SUCCEEDED, 2: Fate.RUNNING, 4: Fate.RUNNING}

    assert next_wave(Waves(size=4), 9, some) == Go((3, 5))


def test_progress_is_one_line_that_adds_up() -> None:
    some = fates(Fate.SUCCEEDED, Fate.SUCCEEDED, Fate.FAILED, Fate.RUNNING, Fate.LEFT_OUT)

    said = "2 of 9 recovered, 1 running, 1 failed again, 1 left out, 4 not touched"
    assert progress(9, some) == said


@given(
    steps=st.integers(1, 60),
    waves=st.builds(Waves, canary=st.integers(1, 10), size=st.integers(1, 20)),
    coming=st.lists(st.sampled_from(ENDS), min_size=60, max_size=60),
)
def test_each_step_is_performed_at_most_once_and_never_behind_a_failed_canary(
    steps: int, waves: Waves, coming: list[Fate]
) -> None:
    known: dict[int, Fate] = {}
    performed: list[int] = []
    while isinstance(decided := next_wave(waves, steps, known), Go):
        assert not set(decided.steps) & set(performed)
        performed += decided.steps
        known |= {step: coming[step - 1] for step in decided.steps}

    canary = [known[step] for step in range(1, min(waves.canary, steps) + 1)]
    assert isinstance(decided, Over)
    if all(fate is Fate.SUCCEEDED for fate in canary) and not decided.stopped:
        assert performed == list(range(1, steps + 1))
    elif any(fate is not Fate.SUCCEEDED for fate in canary):
        assert len(performed) == len(canary)
