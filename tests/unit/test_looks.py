from __future__ import annotations

from collections.abc import Mapping

import pytest

from bunsui_core.app.looks import looks
from bunsui_core.app.standing import Ended
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.failure import Definition, Nested
from bunsui_core.domain.named import MOST_OBJECTS, named_objects
from bunsui_core.domain.verdict import Subject
from tests.builders import NOW, a_diagnosis, a_failure, later, machine
from tests.unit.histories import FUNCTION
from tests.unit.seen import World

DAY = "s3://orders/day.csv"


def ended(world: World) -> Ended:
    """The one execution of a world, as it was read; its input names the object."""
    execution = world.describe("arn").model_copy(update={"input": f'{{"source": "{DAY}"}}'})
    definition = Definition(
        machine=machine("extract"), definition="{}", revision=world.revisions[0], updated_at=NOW
    )
    return Ended(execution, world.events, definition)


def seen(world: World, category: str = "bad_input_data", **failure: object) -> Mapping[str, object]:
    """What changed, by subject and name; the failure was at minute 1."""
    broke = a_failure(**{"resource": FUNCTION, "failed_at": later(minutes=1), **failure})
    diagnosis = a_diagnosis(failure=broke, category=category)
    found = looks(diagnosis, ended(world), (), world.seeing, later(hours=1))
    assert all(look.seen_at == later(hours=1) for look in found)
    return {f"{look.subject}:{look.name}": look.changed for look in found}


@pytest.mark.parametrize(("minute", "changed"), [(0, False), (2, True)])
def test_code_and_objects_changed_when_they_are_newer_than_the_failure(
    minute: int, changed: bool
) -> None:
    world = World()
    world.code_at = later(minutes=minute)
    world.objects[DAY] = later(minutes=minute)

    found = seen(world)

    assert found["code:orders-load"] is changed
    assert found[f"object:{DAY}"] is changed


def test_a_definition_changed_when_its_revision_did() -> None:
    world = World()
    assert seen(world)["definition:extract"] is False

    world.revisions = ("rev-1", "rev-2")

    assert seen(world)["definition:extract"] is True


def test_the_definition_of_a_machine_below_is_looked_at_as_well() -> None:
    world = World()
    child = Nested(execution_arn="arn:aws:states:us-east-1:000000000000:execution:below:one")
    assert seen(world, nested=(child,))["nested:orders-extract"] is False

    world.revisions = ("rev-1", "rev-2")

    assert seen(world, nested=(child,))["nested:orders-extract"] is True


def test_a_nested_execution_that_is_gone_is_a_look_that_saw_nothing() -> None:
    arn = "arn:aws:states:us-east-1:000000000000:execution:below:one"
    child = Nested(execution_arn=arn, note="not visible because it is gone")

    assert seen(World(), nested=(child,))[f"nested:{arn}"] is None


def test_the_input_of_a_plain_rerun_is_the_same() -> None:
    assert seen(World())["input:input"] is False


def test_an_absent_object_is_unchanged_only_if_something_was_missing() -> None:
    assert seen(World(), "missing_resource")[f"object:{DAY}"] is False
    assert seen(World(), "bad_input_data")[f"object:{DAY}"] is None


def test_what_cannot_be_seen_is_said_and_breaks_nothing() -> None:
    world = World()
    world.broken = Unavailable("AWS does not answer.", "Try again.")

    found = seen(world)

    assert set(found.values()) == {None, False}
    assert found["code:orders-load"] is None
    assert found["definition:extract"] is None
    assert found[f"object:{DAY}"] is None


def test_a_function_that_is_gone_cannot_be_seen() -> None:
    assert seen(World(), resource="another-function")["code:another-function"] is None


def test_what_another_service_runs_is_not_looked_at() -> None:
    assert seen(World(), resource="glue:startJobRun.sync")["code:glue:startJobRun.sync"] is None


def test_a_state_that_runs_nothing_has_no_code() -> None:
    assert not [name for name in seen(World(), resource="") if name.startswith("code")]


def test_without_a_time_of_failure_nothing_is_newer_or_older() -> None:
    world = World()
    world.objects[DAY] = later(minutes=2)

    found = seen(world, failed_at=None)

    assert (found["code:orders-load"], found[f"object:{DAY}"]) == (None, None)


def test_more_objects_than_are_looked_at_are_said_not_to_be_seen() -> None:
    many = " ".join(f"s3://orders/{n}.csv" for n in range(MOST_OBJECTS + 2))

    found = seen(World(), cause=many)

    assert len([name for name in found if name.startswith("object:s3")]) == MOST_OBJECTS
    assert found["object:more"] is None


@pytest.mark.parametrize("count", [1, MOST_OBJECTS])
def test_as_many_objects_as_are_looked_at_leave_none_unseen(count: int) -> None:
    many = " ".join(f"s3://orders/{n}.csv" for n in range(count - 1))

    found = seen(World(), cause=many)

    assert len([name for name in found if name.startswith("object:s3")]) == count
    assert "object:more" not in found


def test_an_object_written_in_the_moment_of_the_failure_is_not_newer() -> None:
    world = World()
    world.objects[DAY] = later(minutes=1)

    assert seen(world)[f"object:{DAY}"] is False


def test_objects_are_named_by_input_state_input_and_cause_without_prefixes() -> None:
    given = '{"source": "s3://b-1/in/a.csv", "target": "s3://b-1/out/", "bare": "s3://b-1"}'
    failure = a_failure(
        state_input='{"x":"s3://b-1/in/a.csv","y":["s3://b-2/b c.csv"]}',
        cause="cannot read 's3://b-3/d/e.json', sorry",
        message="see s3://b-4/f.txt.",
    )

    assert named_objects(failure, given) == (
        "s3://b-1/in/a.csv",
        "s3://b-2/b",
        "s3://b-3/d/e.json",
        "s3://b-4/f.txt",
    )


def test_every_look_says_what_was_seen() -> None:
    world = World()
    world.code_at = later(minutes=2)
    diagnosis = a_diagnosis(failure=a_failure(resource=FUNCTION))

    found = looks(diagnosis, ended(world), (), world.seeing, later(hours=1))

    texts = {look.subject: look.text for look in found}
    assert texts == {
        Subject.CODE: "function orders-load was last changed after the failure, "
        "at 2026-03-02 01:16:00 UTC",
        Subject.DEFINITION: "the definition of extract is the same now",
        Subject.INPUT: "unless it is edited, the input is the same",
        Subject.OBJECT: f"{DAY} still is not there",
    }
