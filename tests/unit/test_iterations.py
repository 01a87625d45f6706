"""How the iterations of a failed Map ended."""

from __future__ import annotations

from bunsui_core.domain.failure import Iterations
from tests.unit.histories import START, event, failed, failure_of, task


def test_a_map_tells_how_its_iterations_ended() -> None:
    found = failure_of(
        START,
        event(2, 0, "MapStateEntered", name="Each"),
        event(3, 2, "MapStateStarted", length=9),
        event(4, 3, "MapIterationStarted", name="Each", index=0),
        event(5, 3, "MapIterationStarted", name="Each", index=4),
        event(6, 3, "MapIterationStarted", name="Each", index=5),
        event(7, 4, "MapIterationSucceeded", name="Each", index=0),
        *task(8, 5, "Load", "Boom"),
        event(11, 10, "MapIterationFailed", name="Each", index=4),
        event(12, 6, "MapIterationAborted", name="Each", index=5),
        event(13, 10, "MapStateFailed"),
        failed(14, 13),
    )

    assert found.iterations == Iterations(total=9, succeeded=1, failed=1, aborted=1)


def test_only_the_newest_try_of_a_map_is_counted() -> None:
    found = failure_of(
        START,
        event(2, 0, "MapStateEntered", name="Each"),
        event(3, 2, "MapStateStarted", length=2),
        event(4, 3, "MapIterationStarted", name="Each", index=0),
        event(5, 4, "MapIterationSucceeded", name="Each", index=0),
        event(6, 3, "MapIterationStarted", name="Each", index=1),
        *task(7, 6, "Load", "Boom"),
        event(10, 9, "MapIterationFailed", name="Each", index=1),
        event(11, 9, "MapStateStarted", length=2),
        event(12, 11, "MapIterationStarted", name="Each", index=1),
        *task(13, 12, "Load", "Boom"),
        event(16, 15, "MapIterationFailed", name="Each", index=1),
        event(17, 15, "MapStateFailed"),
        failed(18, 17),
    )

    assert found.iterations == Iterations(total=2, succeeded=0, failed=1, aborted=0)


def test_a_map_inside_a_map_counts_its_own_iterations() -> None:
    found = failure_of(
        START,
        event(2, 0, "MapStateEntered", name="Outer"),
        event(3, 2, "MapStateStarted", length=7),
        event(4, 3, "MapIterationStarted", name="Outer", index=0),
        event(5, 4, "MapStateEntered", name="Inner"),
        event(6, 5, "MapStateStarted", length=3),
        event(7, 6, "MapIterationStarted", name="Inner", index=2),
        *task(8, 7, "Load", "Boom"),
        event(11, 10, "MapIterationFailed", name="Inner", index=2),
        event(12, 10, "MapStateFailed"),
        event(13, 12, "MapIterationFailed", name="Outer", index=0),
        event(14, 12, "MapStateFailed"),
        failed(15, 14),
    )

    assert found.state_path == ("Outer[0]", "Inner[2]", "Load")
    assert found.iterations == Iterations(total=3, succeeded=0, failed=1, aborted=0)


def test_a_map_behind_a_catch_is_counted_as_well() -> None:
    found = failure_of(
        START,
        event(2, 0, "MapStateEntered", name="Each"),
        event(3, 2, "MapStateStarted", length=4),
        event(4, 3, "MapIterationStarted", name="Each", index=1),
        *task(5, 4, "Load", "Boom"),
        event(8, 7, "MapIterationFailed", name="Each", index=1),
        event(9, 7, "MapStateFailed"),
        event(10, 9, "MapStateExited", name="Each"),
        event(11, 10, "FailStateEntered", name="GiveUp"),
        failed(12, 11),
    )

    assert found.caught_path == ("Each[1]", "Load")
    assert found.iterations == Iterations(total=4, succeeded=0, failed=1, aborted=0)


def test_a_failure_outside_a_map_counts_no_iterations() -> None:
    assert failure_of(START, *task(2, 0, "Load", "Boom"), failed(5, 4)).iterations is None
