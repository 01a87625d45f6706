"""What an attack is: its name, what stops it, and the tests that try it with and without that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parent.parent


class Attack(NamedTuple):
    """One attack; each test is `file::test` or `file::test[case]`, the file seen from tests/."""

    name: str
    defence: str
    off: tuple[str, ...]
    """Without its defence: these tests pass when the attack succeeds."""
    on: tuple[str, ...]
    """With its defence: these pass when the attack fails."""

    @property
    def where(self) -> tuple[str, ...]:
        """The files that try it, seen from tests/."""
        return tuple(dict.fromkeys(test.partition("::")[0] for test in (*self.on, *self.off)))


def tests_in(file: str, *names: str) -> tuple[str, ...]:
    """Name tests of one file, without the `test_` that each begins with."""
    return tuple(f"{file}::test_{name}" for name in names)


@dataclass(frozen=True)
class Case:
    """What became of one test: whether it passed, and how often it tried."""

    test: str
    passed: bool
    tries: int = 1


class Score(NamedTuple):
    """What became of one attack."""

    attack: Attack
    tries: int
    """How often it was tried against its defence."""
    escapes: int
    """How often it came through."""
    unguarded: int
    """How often it was tried without its defence."""
    hollow: int
    """How often it failed even so: then it is not this defence that stops it."""

    @property
    def holds(self) -> bool:
        """Whether it was tried and never came through, and does come through without defence."""
        return self.tries > 0 and not self.escapes and self.is_real

    @property
    def is_real(self) -> bool:
        """Whether it comes through where its defence is off, if that can be switched off."""
        return not self.attack.off or (self.unguarded > 0 and not self.hollow)


def score(attack: Attack, cases: Iterable[Case]) -> Score:
    """Count what became of an attack among all that was run."""
    kept = tuple(cases)
    on = [case for case in kept if _is_named(case.test, attack.on)]
    off = [case for case in kept if _is_named(case.test, attack.off)]
    return Score(
        attack,
        tries=sum(case.tries for case in on),
        escapes=sum(not case.passed for case in on),
        unguarded=len(off),
        hollow=sum(not case.passed for case in off),
    )


def _is_named(test: str, names: tuple[str, ...]) -> bool:
    return any(test == name or test.startswith(f"{name}[") for name in names)
