"""`Sightings`: executions that were met, in the order in which they are to be read."""

from __future__ import annotations

import pytest

from bunsui_core.domain.machine import Sighting
from bunsui_core.domain.session import JobStatus
from bunsui_core.ports.watch import Sightings
from tests.builders import NOW, later
from tests.contract.conftest import Home
from tests.watched import MemorySightings, a_row, machine_arn


@pytest.fixture(params=["files", "table", "memory"])
def sightings(request: pytest.FixtureRequest) -> Sightings:
    if request.param == "memory":
        return MemorySightings()
    home: Home = request.getfixturevalue(request.param)
    return home.sightings


def seen(name: str, **changes: object) -> Sighting:
    """An execution that ran when it was met."""
    row = a_row("orders", name)
    made = Sighting(
        execution_arn=row.execution_arn,
        machine=row.machine,
        session_id="F000000-000000",
        status=JobStatus.RUNNING,
        redrive_count=0,
        started_at=NOW,
        stopped_at=None,
        read_at=NOW,
        is_read=True,
    )
    return made.model_copy(update=changes)


def closed(name: str, status: JobStatus, **changes: object) -> Sighting:
    """An execution that had ended when it was met."""
    return seen(name, **{"status": status, "stopped_at": later(seconds=9), **changes})


def names(found: tuple[Sighting, ...]) -> list[str]:
    """The names of executions."""
    return [one.execution_arn.rsplit(":", 1)[-1] for one in found]


def test_what_was_met_is_known_by_its_arn(sightings: Sightings) -> None:
    sightings.put((seen("a"), seen("b")))
    arns = (seen("a").execution_arn, seen("c").execution_arn)

    assert sightings.known(arns) == {arns[0]: seen("a")}


def test_a_sighting_is_stored_over_the_one_before(sightings: Sightings) -> None:
    sightings.put((seen("a"),))
    failed = closed("a", JobStatus.FAILED, redrive_count=2)
    sightings.put((failed,))

    assert sightings.known((failed.execution_arn,)) == {failed.execution_arn: failed}
    assert sightings.open() == ()


def test_of_those_that_run_the_longest_unread_is_first(sightings: Sightings) -> None:
    sightings.put(
        (
            seen("new", read_at=later(seconds=5)),
            seen("old"),
            seen("newest", read_at=later(seconds=8)),
        )
    )
    sightings.put((closed("over", JobStatus.SUCCEEDED),))

    assert names(sightings.open()) == ["old", "new", "newest"]


def test_only_what_failed_and_closed_lately_may_have_been_redriven(sightings: Sightings) -> None:
    long_ago = {"stopped_at": later(seconds=-1)}
    sightings.put(
        (
            closed("aborted", JobStatus.ABORTED, read_at=later(seconds=3)),
            closed("failed", JobStatus.FAILED, read_at=later(seconds=2)),
            closed("timed-out", JobStatus.TIMED_OUT, read_at=later(seconds=4)),
            closed("long-ago", JobStatus.FAILED, **long_ago),
            closed("fine", JobStatus.SUCCEEDED),
            seen("running"),
        )
    )

    assert names(sightings.redrivable(NOW, 10)) == ["failed", "aborted", "timed-out"]
    assert names(sightings.redrivable(NOW, 1)) == ["failed"]


def test_what_failed_is_read_first_then_the_newest_and_what_was_tried_last(
    sightings: Sightings,
) -> None:
    sightings.put(
        (
            seen("tried", is_read=False, tries=1, started_at=later(seconds=9)),
            closed("fine-old", JobStatus.SUCCEEDED, is_read=False),
            closed("fine-new", JobStatus.SUCCEEDED, is_read=False, started_at=later(seconds=5)),
            closed("failed", JobStatus.FAILED, is_read=False, started_at=later(seconds=-5)),
            closed("read", JobStatus.FAILED),
        )
    )

    assert names(sightings.unread(10)) == ["failed", "fine-new", "fine-old", "tried"]
    assert names(sightings.unread(2)) == ["failed", "fine-new"]


def test_what_ran_in_a_machine_at_a_moment_is_found(sightings: Sightings) -> None:
    elsewhere = seen("elsewhere").model_copy(update={"machine": machine_arn("parcels")})
    sightings.put(
        (
            seen("open"),
            closed("over", JobStatus.SUCCEEDED, stopped_at=later(seconds=2)),
            closed("long", JobStatus.SUCCEEDED, started_at=later(seconds=1)),
            seen("later", started_at=later(seconds=6)),
            elsewhere,
        )
    )

    assert names(sightings.around(machine_arn("orders"), later(seconds=5))) == ["long", "open"]


def test_another_region_sees_none_of_it(home: Home) -> None:
    home.sightings.put((seen("a"),))
    other = home.another(region="eu-west-1").sightings

    assert other.open() == ()
    assert not other.known((seen("a").execution_arn,))
