"""Every case: a kind of step, a trouble, and the call around which it happens; and its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bunsui_core.domain.approval import EffectState
from bunsui_core.domain.plan import RedriveJob
from tests.exactly_once.ground import Ground
from tests.exactly_once.play import EARLY, NEVER, Act, Moment, Play, Tap, play
from tests.exactly_once.scripts import KINDS, Script
from tests.exactly_once.troubles import DEATHS, RIVALS, STRANGERS, asleep, both, dies

UNTOUCHED = frozenset({EffectState.STALE, EffectState.NEEDS_HUMAN, EffectState.WITHDRAWN})
"""How a request ends whose world had changed before anything was compared with it."""


class Case(NamedTuple):
    """A trouble around the n-th call that changes something."""

    kind: str
    trouble: str
    act: Act
    at: int
    is_after: bool
    is_strange: bool

    def __str__(self) -> str:
        where = "after" if self.is_after else "before"
        return f"{self.kind}: {self.trouble} {where} call {self.at}"


def calls_of(ground: Ground, script: Script) -> tuple[str, ...]:
    """Return the calls that change something, when nothing goes wrong."""
    made = play(ground, script)
    tap = Tap(made, NEVER, False, lambda _: None)
    assert made.execute(tap) is EffectState.DONE, made.effect
    assert made.ours == 1
    return tuple(tap.passed)


def cases(kind: str, calls: int) -> Iterator[Case]:
    """Every case of a kind of step that makes so many calls."""
    acts: list[tuple[str, Act, bool]] = [(name, act, False) for name, act in DEATHS.items()]
    acts += [(name, act, False) for name, act in RIVALS.items()]
    for stranger in STRANGERS[kind]:
        name = stranger.__name__
        acts += [
            (name, stranger, True),
            (f"{name}, dies", both(stranger, dies), True),
            (f"{name}, asleep", both(stranger, asleep), True),
        ]
    for name, act, is_strange in acts:
        for at in range(1, calls + 1):
            for is_after in (False, True):
                yield Case(kind, name, act, at, is_after, is_strange)


def all_cases(ground: Ground, scripts: dict[str, Script]) -> Iterator[Case]:
    """Every case of every kind."""
    for kind in KINDS:
        yield from cases(kind, len(calls_of(ground, scripts[kind])))


def faults(ground: Ground, scripts: dict[str, Script], chosen: Iterable[Case]) -> list[str]:
    """Play cases and return what is wrong with each that does not hold."""
    found = []
    for case in chosen:
        made = play(ground, scripts[case.kind])
        tap = Tap(made, case.at, case.is_after, case.act)
        made.try_execute(tap)
        made.recover()
        found += [f"{case}, {tap.moment}: {wrong}" for wrong in judged(made, case, tap.moment)]
    return found


def judged(made: Play, case: Case, moment: Moment | None) -> Iterator[str]:
    """What must hold of every case, and does not of this one."""
    effect = made.effect
    state = effect.state if effect else None
    if made.ours > 1:
        yield f"{made.ours} effects of ours"
    if moment is None:
        yield "its call was never made"
    if state is None or not state.is_final:
        yield f"it did not end: {state}"
        return
    if state is EffectState.DONE and made.ours != 1:
        yield f"DONE, and {made.ours} effects of ours"
    if state in UNTOUCHED - {EffectState.NEEDS_HUMAN} and made.ours:
        yield f"{state}, and something was done: {effect.note if effect else ''}"
    if case.is_strange and moment in EARLY and (state not in UNTOUCHED or made.ours):
        yield f"the world had changed, and it is {state} with {made.ours} effects of ours"
    if state is EffectState.DONE and _redriven_too_often(made) and not _is_late(moment):
        yield "DONE, although somebody else redrove it as well"


def _redriven_too_often(made: Play) -> bool:
    step = made.script.step
    if not isinstance(step, RedriveJob):
        return False
    return made.world.executions[made.arn].redrive_count > step.expect.redrive_count + 1


def _is_late(moment: Moment | None) -> bool:
    """Whether something happened after the world was read back."""
    return moment is not None and moment[0] in ("done", "record", "finish")
