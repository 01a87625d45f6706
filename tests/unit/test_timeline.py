"""When states ran, read from histories: retries, catches, Maps, redrives, broken ends."""

from __future__ import annotations

from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.timeline import StateEnd, StateTrack, tracks
from tests.builders import later
from tests.unit.histories import START, event, failed, task


def by_name(*events: HistoryEvent) -> dict[str, StateTrack]:
    """The tracks of these events, by the path of their state."""
    return {"/".join(track.path): track for track in tracks(events)}


def ends(track: StateTrack) -> list[StateEnd]:
    """How the runs of a state ended."""
    return [run.end for run in track.runs]


def test_a_state_lasts_from_its_entry_to_its_exit() -> None:
    found = by_name(
        START,
        event(2, 0, "TaskStateEntered", name="Load"),
        event(3, 2, "TaskScheduled"),
        event(6, 3, "TaskStateExited", name="Load"),
        event(7, 6, "ExecutionSucceeded"),
    )

    (run,) = found["Load"].runs
    assert (run.began, run.ended) == (later(seconds=2), later(seconds=6))
    assert (run.end, run.tries) == (StateEnd.SUCCEEDED, 1)


def test_a_state_under_way_has_no_end() -> None:
    found = by_name(START, event(2, 0, "TaskStateEntered", name="Load"))

    assert [(run.end, run.ended) for run in found["Load"].runs] == [(StateEnd.RUNNING, None)]


def test_a_retry_is_one_more_try_of_the_same_run() -> None:
    found = by_name(
        START,
        *task(2, 0, "Load", "Throttled"),
        event(5, 4, "TaskScheduled"),
        event(6, 5, "TaskStateExited", name="Load"),
        event(7, 6, "ExecutionSucceeded"),
    )

    assert [(run.end, run.tries) for run in found["Load"].runs] == [(StateEnd.SUCCEEDED, 2)]


def test_a_failure_that_was_caught_is_not_one_that_ended_the_execution() -> None:
    found = by_name(
        START,
        *task(2, 0, "Load", "Boom"),
        event(5, 4, "TaskStateExited", name="Load"),
        event(6, 5, "FailStateEntered", name="Give up"),
        failed(7, 6),
    )

    assert ends(found["Load"]) == [StateEnd.CAUGHT]
    assert ends(found["Give up"]) == [StateEnd.FAILED]
    assert found["Load"].failed == 0


def test_what_runs_beside_a_failure_is_stopped_not_failed() -> None:
    found = by_name(
        START,
        event(2, 0, "ParallelStateEntered", name="Both"),
        event(3, 2, "ParallelStateStarted"),
        *task(4, 3, "Left", "Boom"),
        event(7, 3, "TaskStateEntered", name="Right"),
        event(8, 7, "TaskScheduled"),
        event(9, 6, "ParallelStateFailed"),
        failed(10, 9),
    )

    assert list(found) == ["Both", "Both/Left", "Both/Right"]
    assert ends(found["Both/Left"]) == [StateEnd.FAILED]
    assert ends(found["Both/Right"]) == [StateEnd.STOPPED]
    assert ends(found["Both"]) == [StateEnd.FAILED]


def test_the_iterations_of_a_map_are_runs_of_one_state() -> None:
    found = by_name(
        START,
        event(2, 0, "MapStateEntered", name="Each"),
        event(3, 2, "MapStateStarted", length=2),
        event(4, 3, "MapIterationStarted", name="Each", index=0),
        event(5, 3, "MapIterationStarted", name="Each", index=1),
        *task(6, 4, "Load", "Boom"),
        event(9, 8, "MapIterationFailed", name="Each", index=0),
        event(10, 5, "TaskStateEntered", name="Load"),
        event(11, 10, "TaskStateExited", name="Load"),
        event(12, 11, "MapIterationSucceeded", name="Each", index=1),
        event(13, 12, "MapStateSucceeded"),
        event(14, 13, "MapStateExited", name="Each"),
        event(15, 14, "ExecutionSucceeded"),
    )

    assert list(found) == ["Each", "Each/Load"]
    assert ends(found["Each/Load"]) == [StateEnd.FAILED, StateEnd.SUCCEEDED]
    assert found["Each/Load"].runs[0].ended == later(seconds=9)
    assert ends(found["Each"]) == [StateEnd.SUCCEEDED]


def test_a_redrive_runs_the_broken_state_again() -> None:
    found = by_name(
        START,
        *task(2, 0, "Load", "Boom"),
        failed(5, 4),
        event(20, 5, "ExecutionRedriven"),
        event(21, 20, "TaskScheduled"),
        event(22, 21, "TaskStateExited", name="Load"),
        event(23, 22, "ExecutionSucceeded"),
    )

    assert ends(found["Load"]) == [StateEnd.FAILED, StateEnd.SUCCEEDED]
    assert found["Load"].runs[1].began == later(seconds=21)


def test_a_timeout_stops_what_is_open() -> None:
    found = by_name(
        START,
        event(2, 0, "WaitStateEntered", name="Wait"),
        event(9, 0, "ExecutionTimedOut"),
    )

    assert ends(found["Wait"]) == [StateEnd.STOPPED]


def test_the_state_that_lets_in_is_not_among_the_states() -> None:
    door = [
        event(2, 0, "ChoiceStateEntered", name="BunsuiEntry"),
        event(3, 2, "ChoiceStateExited", name="BunsuiEntry"),
    ]

    assert list(by_name(START, *door, event(4, 3, "TaskStateEntered", name="Load"))) == ["Load"]
