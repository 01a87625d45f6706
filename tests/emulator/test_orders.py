"""The cast of the pipeline `orders`, and what each seed changes."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable

import pytest

from bunsui_core.adapters.emulator import orders
from bunsui_core.adapters.emulator.scenes import first_four
from bunsui_core.domain.door import OWN, enterable

SEEDS = range(1, 41)
LONGEST_INLINE_CODE = 4096
LONGEST_TEMPLATE = 51_200


@pytest.fixture
def parsers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[str], object]]:
    """The parsers of the jobs' own code."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    module = importlib.import_module("bunsui_core.adapters.emulator.functions.read_orders")
    found: dict[str, Callable[[str], object]] = module.PARSERS
    return found


def broken(cast: orders.Cast, parsers: dict[str, Callable[[str], object]]) -> list[str]:
    """The jobs that cannot parse the malformed row of a cast."""
    row = cast.rows[cast.bad_row].model_dump()
    row[cast.part(cast.malformed).column] = cast.bad_value
    jobs = []
    for part in cast.parts:
        try:
            parsers[part.column](row[part.column])
        except (ValueError, ArithmeticError):
            jobs.append(part.job)
    return jobs


@pytest.mark.parametrize("seed", SEEDS)
def test_a_malformed_row_breaks_exactly_one_job(
    seed: int, parsers: dict[str, Callable[[str], object]]
) -> None:
    cast = orders.cast(seed)

    assert broken(cast, parsers) == [cast.malformed]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_good_row_can_be_parsed_by_every_job(
    seed: int, parsers: dict[str, Callable[[str], object]]
) -> None:
    for row in orders.cast(seed).rows:
        assert len([parsers[column](value) for column, value in row]) == len(parsers)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_seed_gives_the_same_cast(seed: int) -> None:
    assert orders.cast(seed) == orders.cast(seed)
    assert orders.template(orders.cast(seed)) == orders.template(orders.cast(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_jobs_are_a_diamond_behind_two(seed: int) -> None:
    first, second, left, right, last = orders.cast(seed).parts

    assert first.after == ()
    assert second.after == (first.job,)
    assert left.after == right.after == (second.job,)
    assert last.after == (left.job, right.job)
    assert len({part.column for part in orders.cast(seed).parts}) == 5


@pytest.mark.parametrize("seed", SEEDS)
def test_three_different_jobs_fail(seed: int) -> None:
    cast = orders.cast(seed)

    assert len({cast.throttled, cast.malformed, cast.rejected}) == 3


def test_the_first_seed_has_the_names_of_the_documentation() -> None:
    cast = orders.cast(1)

    assert cast.pipeline == "orders"
    names = [part.job for part in cast.parts]
    assert names == ["ingest", "validate", "enrich", "aggregate", "publish"]


def test_seeds_change_names_failing_jobs_error_texts_and_rows() -> None:
    casts = [orders.cast(seed) for seed in SEEDS]

    assert len({cast.pipeline for cast in casts}) == len(SEEDS)
    assert len({tuple(part.job for part in cast.parts) for cast in casts}) > 20
    assert len({[p.job for p in cast.parts].index(cast.throttled) for cast in casts}) == 5
    assert len({[p.job for p in cast.parts].index(cast.malformed) for cast in casts}) == 5
    assert len({cast.throttling.code for cast in casts}) == 4
    assert len({cast.bad_value for cast in casts}) > 10
    assert len({cast.rows for cast in casts}) == len(SEEDS)


def test_the_template_is_small_enough_to_be_sent_as_it_is() -> None:
    text = orders.template(orders.cast(1))

    functions = [
        resource["Properties"]["Code"]["ZipFile"]
        for resource in json.loads(text)["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    assert len(text) < LONGEST_TEMPLATE
    assert len(functions) == 2
    assert max(map(len, functions)) <= LONGEST_INLINE_CODE


def test_each_machine_has_two_tasks() -> None:
    resources = json.loads(orders.template(orders.cast(1)))["Resources"].values()

    machines = [r for r in resources if r["Type"] == "AWS::StepFunctions::StateMachine"]
    definitions = [json.loads(m["Properties"]["DefinitionString"]) for m in machines]
    assert len(definitions) == 5
    for definition in definitions:
        own = {name: s["Type"] for name, s in definition["States"].items() if name not in OWN}
        assert own == {orders.READ_STATE: "Task", orders.WRITE_STATE: "Task"}
        assert enterable(json.dumps(definition)) == tuple(own)


def test_the_scenes_are_four_and_only_one_has_no_failure() -> None:
    cast = orders.cast(1)

    told = [play.scene for play in first_four.plays(1)]

    assert [scene.name for scene in told] == ["healthy", "throttled", "malformed-row", "rejected"]
    assert [scene.failing for scene in told] == [
        None,
        cast.throttled,
        cast.malformed,
        cast.rejected,
    ]
    assert [scene.answer for scene in told] == [None, "approve", "approve", "reject"]
