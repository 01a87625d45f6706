"""Parallel and Map record their branches and iterations as Step Functions does."""

from __future__ import annotations

import json
from collections import Counter

from bunsui_core.domain.value import Json
from tests.emulator.chain import chain, details, recording
from tests.emulator.embedded import Embedded, Execution, invoking, until

FAILING: dict[str, Json] = {"Type": "Fail", "Error": "Bad", "Cause": "It is"}
PASSING: dict[str, Json] = {"Type": "Pass", "End": True}
SLOW = "import time\ndef handler(event, context): time.sleep(20)"


def parallel(*branches: dict[str, Json], **more: Json) -> dict[str, Json]:
    """A machine of one Parallel state, of which each branch has one state."""
    machines: list[Json] = [
        {"StartAt": f"B{n}", "States": {f"B{n}": b}} for n, b in enumerate(branches)
    ]
    state: dict[str, Json] = {"Type": "Parallel", "Branches": machines, "End": True, **more}
    return {"StartAt": "All", "States": {"All": state, "After": PASSING}}


def mapping(item: dict[str, Json], **more: Json) -> dict[str, Json]:
    """A machine of one Map state, each iteration of which has one state."""
    processor: Json = {"StartAt": "Item", "States": {"Item": item}}
    state: dict[str, Json] = {"Type": "Map", "ItemProcessor": processor, "End": True, **more}
    return {"StartAt": "Each", "States": {"Each": state, "After": PASSING}}


def test_a_map_that_fails_is_recorded_as_on_aws(aws: Embedded, name: str) -> None:
    for recorded in ("map-state-catch", "map-state-retry-cf0426", "map-state-retry-multiple"):
        kept = recording(recorded)

        execution = aws.run(aws.machine(f"{name}-{recorded}", kept.definition), kept.input)

        assert chain(execution.events) == chain(kept.events)
        assert details(execution.events) == details(kept.events)


def test_a_parallel_that_fails_is_recorded_as_on_aws(aws: Embedded, name: str) -> None:
    kept = recording("parallel-state-retry")

    execution = aws.run(aws.machine(name, kept.definition), kept.input)

    assert chain(execution.events) == chain(kept.events)
    assert details(execution.events) == details(kept.events)


def test_iterations_one_after_the_other_form_one_chain(aws: Embedded, name: str) -> None:
    machine = aws.machine(name, mapping(PASSING, MaxConcurrency=1))

    execution = aws.run(machine, ["a", "b"])

    # The event at the end of an iteration stands beside the chain, except at the end of the state.
    assert chain(execution.events) == [
        ("ExecutionStarted", 0),
        ("MapStateEntered", 0),
        ("MapStateStarted", 2),
        ("MapIterationStarted", 3),
        ("PassStateEntered", 4),
        ("PassStateExited", 5),
        ("MapIterationSucceeded", 6),
        ("MapIterationStarted", 6),
        ("PassStateEntered", 8),
        ("PassStateExited", 9),
        ("MapIterationSucceeded", 10),
        ("MapStateSucceeded", 11),
        ("MapStateExited", 11),
        ("ExecutionSucceeded", 13),
    ]
    assert json.loads(execution.describe()["output"]) == ["a", "b"]


def test_iterations_side_by_side_begin_at_the_start_of_the_state(aws: Embedded, name: str) -> None:
    execution = aws.run(aws.machine(name, mapping(PASSING)), [1, 2, 3])

    started = [event for event in execution.events if event["type"] == "MapIterationStarted"]
    assert [event["previousEventId"] for event in started] == [3, 3, 3]
    told = [event["mapIterationStartedEventDetails"] for event in started]
    assert told == [{"name": "Each", "index": index} for index in range(3)]


def test_a_map_over_nothing_succeeds(aws: Embedded, name: str) -> None:
    execution = aws.run(aws.machine(name, mapping(FAILING)), [])

    assert execution.types == [
        "ExecutionStarted",
        "MapStateEntered",
        "MapStateStarted",
        "MapStateSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ]


def test_branches_that_succeed_are_joined(aws: Embedded, name: str) -> None:
    execution = aws.run(aws.machine(name, parallel(PASSING, PASSING)), {"a": 1})

    assert Counter(execution.types) == Counter(
        ["ExecutionStarted", "ParallelStateEntered", "ParallelStateStarted"]
        + 2 * ["PassStateEntered", "PassStateExited"]
        + ["ParallelStateSucceeded", "ParallelStateExited", "ExecutionSucceeded"]
    )
    succeeded, exited = execution.events[-3:-1]
    assert succeeded["previousEventId"] == exited["previousEventId"] == succeeded["id"] - 1
    assert json.loads(execution.describe()["output"]) == [{"a": 1}, {"a": 1}]


def test_the_first_failure_ends_the_other_branches(aws: Embedded, name: str) -> None:
    slow = aws.function(name, SLOW, seconds=30)
    branches = parallel(invoking(slow), {"Type": "Wait", "Seconds": 0, "Next": "X"})
    wait_then_fail: dict[str, Json] = {
        "StartAt": "Pause",
        "States": {"Pause": {"Type": "Wait", "Seconds": 0, "Next": "Bad"}, "Bad": FAILING},
    }
    state = branches["States"]
    assert isinstance(state, dict)
    all_of = state["All"]
    assert isinstance(all_of, dict)
    machines = all_of["Branches"]
    assert isinstance(machines, list)
    all_of["Branches"] = [machines[0], wait_then_fail]

    execution = aws.run(aws.machine(name, branches), {})

    assert (execution.status, execution.describe()["error"]) == ("FAILED", "Bad")
    failing = next(e["id"] for e in execution.events if e["type"] == "FailStateEntered")
    end = [(event["type"], event["previousEventId"]) for event in execution.events[-3:]]
    assert end == [
        ("TaskStateAborted", failing),
        ("ParallelStateFailed", failing),
        ("ExecutionFailed", execution.events[-2]["id"]),
    ]


def test_the_first_failure_ends_the_other_iterations(aws: Embedded, name: str) -> None:
    choice: dict[str, Json] = {
        "Type": "Choice",
        "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "Bad"}],
        "Default": "Load",
    }
    definition = mapping(choice, ItemsPath="$.items")
    function = aws.function(name, SLOW, seconds=30)
    task = invoking(function, Parameters={"FunctionName": function})
    add_states(definition, {"Bad": FAILING, "Load": task})

    execution = aws.run(aws.machine(name, definition), {"items": [0, 1, 2]})

    failing = next(e["id"] for e in execution.events if e["type"] == "FailStateEntered")
    beside = [
        e for e in execution.events if e["type"] in ("MapIterationFailed", "MapIterationAborted")
    ]
    assert {event["previousEventId"] for event in beside} == {failing}
    assert [event["type"] for event in beside].count("MapIterationFailed") == 1
    assert execution.types[-2:] == ["MapStateFailed", "ExecutionFailed"]


def add_states(definition: dict[str, Json], more: dict[str, Json]) -> None:
    """Give the processor of a machine's Map state more states."""
    states = definition["States"]
    assert isinstance(states, dict)
    each = states["Each"]
    assert isinstance(each, dict)
    processor = each["ItemProcessor"]
    assert isinstance(processor, dict)
    inner = processor["States"]
    assert isinstance(inner, dict)
    inner.update(more)


def test_a_stopped_execution_records_nothing_of_its_branches(aws: Embedded, name: str) -> None:
    function = aws.function(name, SLOW, seconds=30)
    client = aws.states("worker")
    machine = aws.machine(name, parallel(invoking(function), invoking(function)))
    execution = Execution(client, client.start_execution(stateMachineArn=machine)["executionArn"])
    until(lambda: execution.types.count("TaskStarted") == 2)

    client.stop_execution(executionArn=execution.arn)

    assert execution.types[-1] == "ExecutionAborted"
    assert execution.events[-1]["previousEventId"] == 0


def test_an_ended_branch_leaves_no_trace_in_the_next_attempt(aws: Embedded, name: str) -> None:
    fails_once = """
import time
calls = 0
def handler(event, context):
    global calls
    calls += 1
    if calls == 1:
        raise ValueError("once")
    time.sleep(1.5)
"""
    slow = "import time\ndef handler(event, context): time.sleep(0.7)"
    branches = [
        invoking(aws.function(f"{name}-slow", slow)),
        invoking(aws.function(f"{name}-once", fails_once)),
    ]
    retry: Json = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]

    execution = aws.run(aws.machine(name, parallel(*branches, Retry=retry)), {})

    again = execution.types[execution.types.index("ParallelStateStarted") + 1 :]
    second = again[again.index("ParallelStateStarted") :]
    assert execution.status == "SUCCEEDED"
    assert Counter(second) == Counter(
        ["ParallelStateStarted", "ParallelStateSucceeded", "ParallelStateExited"]
        + 2
        * ["TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited"]
        + ["ExecutionSucceeded"]
    )


def test_a_running_map_is_ended_from_within(aws: Embedded, name: str) -> None:
    function = aws.function(f"{name}-slow", SLOW, seconds=30)
    late = "import time\ndef handler(event, context):\n    time.sleep(1)\n    1 / 0"
    bad = invoking(aws.function(f"{name}-late", late))
    inner: Json = {"StartAt": "Item", "States": {"Item": invoking(function)}}
    each: dict[str, Json] = {"Type": "Map", "ItemProcessor": inner, "End": True}

    execution = aws.run(aws.machine(name, parallel(each, bad)), [1, 2])

    failed = next(event["id"] for event in execution.events if event["type"] == "TaskFailed")
    after = execution.events[failed:]
    assert [event["type"] for event in after] == [
        "MapIterationAborted",
        "TaskStateAborted",
        "MapIterationAborted",
        "TaskStateAborted",
        "MapStateAborted",
        "TaskStateAborted",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    assert {event["previousEventId"] for event in after[:-1]} == {failed}
