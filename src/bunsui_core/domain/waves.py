"""A plan of many like steps: a canary first, then wave after wave, and when to stop."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from bunsui_core.domain.value import Value


class Waves(Value):
    """How many steps are tried first, how many at a time then, and how many may fail.

    Nothing goes on after a canary that failed, nor after more than `most_failures` others.
    """

    canary: Annotated[int, Field(ge=1, le=10)] = 1
    size: Annotated[int, Field(ge=1, le=100)] = 25
    most_failures: Annotated[int, Field(ge=0, le=100)] = 2

    def numbered(self, steps: int) -> tuple[tuple[int, ...], ...]:
        """Return the numbers of the steps of each wave, from 1 on, the canary first."""
        first = min(self.canary, steps)
        starts = range(first + 1, steps + 1, self.size)
        later = (tuple(range(n, min(n + self.size, steps + 1))) for n in starts)
        return (tuple(range(1, first + 1)), *later)


WAVES = Waves()
"""One canary, then twenty-five at a time, and at most two that fail."""


class Fate(StrEnum):
    """What came of one step: its job runs, succeeded or failed, or nothing was called at all."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LEFT_OUT = "left_out"


class Go(NamedTuple):
    """Perform these steps now."""

    steps: tuple[int, ...]


class Wait(NamedTuple):
    """What was started has to end first."""

    running: int


class Over(NamedTuple):
    """Nothing more is done; `stopped` says why before the end, and is empty at the end."""

    stopped: str


def next_wave(waves: Waves, steps: int, fates: Mapping[int, Fate]) -> Go | Wait | Over:
    """Return what to do next, from what came of the steps so far, by number.

    A wave starts when every job of the one before it has ended.
    """
    for number, wave in enumerate(waves.numbered(steps)):
        if ahead := tuple(step for step in wave if step not in fates):
            return Go(ahead)
        if running := sum(fates[step] is Fate.RUNNING for step in wave):
            return Wait(running)
        if stopped := _stopped(waves, number, wave, fates):
            return Over(stopped)
    return Over("")


def _stopped(waves: Waves, number: int, wave: tuple[int, ...], fates: Mapping[int, Fate]) -> str:
    """Why nothing goes on after a wave that ended; a canary that was not tried says nothing."""
    if number == 0:
        wrong = [step for step in wave if fates[step] is not Fate.SUCCEEDED]
        said = "failed" if any(fates[s] is Fate.FAILED for s in wrong) else "was not tried"
        return f"stopped after the canary, which {said}" if wrong else ""
    failed = sum(fate is Fate.FAILED for fate in fates.values())
    if failed > waves.most_failures:
        return f"stopped after wave {number}: {failed} failed, {waves.most_failures} may"
    return ""


def progress(steps: int, fates: Mapping[int, Fate]) -> str:
    """Return how far a plan of many steps is, in one line."""
    counts = {fate: sum(one is fate for one in fates.values()) for fate in Fate}
    parts = [f"{counts[Fate.SUCCEEDED]} of {steps} recovered"]
    parts += [f"{counts[Fate.RUNNING]} running"] * bool(counts[Fate.RUNNING])
    parts += [f"{counts[Fate.FAILED]} failed again"] * bool(counts[Fate.FAILED])
    parts += [f"{counts[Fate.LEFT_OUT]} left out"] * bool(counts[Fate.LEFT_OUT])
    parts += [f"{steps - len(fates)} not touched"] * (len(fates) < steps)
    return ", ".join(parts)
