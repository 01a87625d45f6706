"""What was approved is done once: whoever dies, sleeps, comes twice or acts in between.

The same cases find a protocol that repeats calls, trusts tokens or does not look again.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bunsui_core.app import execute as executing
from bunsui_core.app import repair as repairing
from bunsui_core.app.lease import Lease
from bunsui_core.app.perform import Deed, call
from tests.exactly_once.cases import Case, all_cases, faults
from tests.exactly_once.ground import Ground
from tests.exactly_once.scripts import Script

SAMPLE = 61
"""Of so many cases one is played in the gate, and of a fourth of so many one over a table.

`python -m tests.exactly_once` plays all of them over both.
"""


@pytest.fixture(scope="module")
def every(files_ground: Ground, scripts: dict[str, Script]) -> tuple[Case, ...]:
    """Every case."""
    return tuple(all_cases(files_ground, scripts))


def test_a_sample_of_the_cases_holds(
    files_ground: Ground, scripts: dict[str, Script], every: tuple[Case, ...]
) -> None:
    assert faults(files_ground, scripts, every[::SAMPLE]) == []


@pytest.mark.slow
def test_every_case_holds_over_files(
    files_ground: Ground, scripts: dict[str, Script], every: tuple[Case, ...]
) -> None:
    assert len(every) > 1500
    assert faults(files_ground, scripts, every) == []


@pytest.mark.slow
def test_many_of_the_cases_hold_over_a_table(
    table_ground: Ground, scripts: dict[str, Script], every: tuple[Case, ...]
) -> None:
    assert faults(table_ground, scripts, every[:: SAMPLE // 4]) == []


def of_kind(every: tuple[Case, ...], kind: str, *troubles: str) -> Iterator[Case]:
    """The cases of a kind with these troubles."""
    return (case for case in every if case.kind == kind and case.trouble in troubles)


def test_a_retry_that_trusts_its_token_is_found(
    files_ground: Ground,
    scripts: dict[str, Script],
    every: tuple[Case, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def by_token_alone(deed: Deed, intent: str) -> str:
        return call(deed, intent)

    monkeypatch.setattr(executing, "repair", by_token_alone)

    found = faults(files_ground, scripts, of_kind(every, "redrive", "dies_for_long"))

    assert any("2 effects of ours" in one for one in found)


def test_an_executor_that_sleeps_over_its_lease_is_found(
    files_ground: Ground,
    scripts: dict[str, Script],
    every: tuple[Case, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Lease, "must_hold", lambda _: None)

    found = faults(files_ground, scripts, of_kind(every, "redrive", "overtaken_late"))

    assert any("2 effects of ours" in one for one in found)


def test_a_repair_that_does_not_look_at_the_world_again_is_found(
    files_ground: Ground,
    scripts: dict[str, Script],
    every: tuple[Case, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repairing, "check", lambda _: None)
    monkeypatch.setattr(executing, "check", lambda _: None)

    found = faults(files_ground, scripts, of_kind(every, "restart", "redefined, dies"))

    assert any("the world had changed" in one for one in found)
