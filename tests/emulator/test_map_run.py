"""A distributed Map: the parent tells of its run, each item is an execution of its own."""

from __future__ import annotations

import json

from bunsui_core.domain.value import Json
from tests.emulator.chain import chain
from tests.emulator.embedded import Embedded, Execution, invoking, until

PASS: dict[str, Json] = {"Type": "Pass", "End": True}
BAD_IF_ODD: dict[str, Json] = {
    "Item": {
        "Type": "Choice",
        "Choices": [{"Variable": "$.odd", "BooleanEquals": True, "Next": "Bad"}],
        "Default": "Good",
    },
    "Bad": {"Type": "Fail", "Error": "Odd", "Cause": "It is odd"},
    "Good": PASS,
}
ITEMS: list[Json] = [{"odd": False}, {"odd": True}, {"odd": False}]


def distributed(states: dict[str, Json], **more: Json) -> dict[str, Json]:
    config: Json = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor: Json = {"ProcessorConfig": config, "StartAt": "Item", "States": states}
    state: dict[str, Json] = {"Type": "Map", "ItemProcessor": processor, "End": True, **more}
    return {"StartAt": "Each", "States": {"Each": state, "After": PASS}}


def run_of(aws: Embedded, execution: Execution) -> str:
    found = aws.states().list_map_runs(executionArn=execution.arn)["mapRuns"]
    return found[0]["mapRunArn"]


def children(aws: Embedded, execution: Execution) -> list[Execution]:
    client, run = aws.states(), run_of(aws, execution)
    listed = client.list_executions(mapRunArn=run)["executions"]
    return [Execution(client, child["executionArn"]) for child in listed]


def test_the_parent_tells_of_the_run_and_not_of_its_items(account: Embedded, name: str) -> None:
    machine = account.machine(name, distributed({"Item": PASS}))

    execution = account.run(machine, [1, 2])

    # The exit of the state follows the start of the run, past the events of its success.
    assert chain(execution.events) == [
        ("ExecutionStarted", 0),
        ("MapStateEntered", 0),
        ("MapStateStarted", 2),
        ("MapRunStarted", 3),
        ("MapRunSucceeded", 4),
        ("MapStateSucceeded", 5),
        ("MapStateExited", 4),
        ("ExecutionSucceeded", 7),
    ]
    assert json.loads(execution.describe()["output"]) == [1, 2]


def test_each_item_has_a_history_of_its_own(account: Embedded, name: str) -> None:
    execution = account.run(account.machine(name, distributed({"Item": PASS})), ["a"])

    (child,) = children(account, execution)

    assert chain(child.events) == [
        ("ExecutionStarted", 0),
        ("PassStateEntered", 0),
        ("PassStateExited", 2),
        ("ExecutionSucceeded", 3),
    ]
    assert child.describe()["mapRunArn"] == run_of(account, execution)
    assert (child.describe()["input"], child.status) == ('"a"', "SUCCEEDED")


def test_one_item_that_fails_fails_the_run(account: Embedded, name: str) -> None:
    machine = account.machine(name, distributed(BAD_IF_ODD, MaxConcurrency=1))

    execution = account.run(machine, ITEMS)

    assert execution.describe()["error"] == "States.ExceedToleratedFailureThreshold"
    assert execution.types[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]
    failed = next(one for one in children(account, execution) if one.status == "FAILED")
    described = failed.describe()
    assert (described["error"], described["cause"]) == ("Odd", "It is odd")
    assert described["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"


def test_as_many_items_may_fail_as_the_state_says(account: Embedded, name: str) -> None:
    machine = account.machine(name, distributed(BAD_IF_ODD, ToleratedFailurePercentage=40))

    execution = account.run(machine, ITEMS)

    counts = account.states().describe_map_run(mapRunArn=run_of(account, execution))["itemCounts"]
    assert execution.status == "SUCCEEDED"
    assert (counts["succeeded"], counts["failed"], counts["total"]) == (2, 1, 3)


def test_more_failures_than_the_state_says_fail_it(account: Embedded, name: str) -> None:
    machine = account.machine(name, distributed(BAD_IF_ODD, ToleratedFailurePercentage=30))

    execution = account.run(machine, ITEMS)

    assert execution.describe()["error"] == "States.ExceedToleratedFailureThreshold"


def test_items_are_read_from_a_bucket(account: Embedded, name: str) -> None:
    account.s3().create_bucket(Bucket=name)
    account.s3().put_object(Bucket=name, Key="rows.json", Body=b'[{"n": 1}, {"n": 2}]')
    reader: Json = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket.$": "$.bucket", "Key": "rows.json"},
    }
    selector: Json = {"n.$": "$$.Map.Item.Value.n", "from.$": "$.bucket"}
    definition = distributed({"Item": PASS}, ItemReader=reader, ItemSelector=selector)

    execution = account.run(account.machine(name, definition), {"bucket": name})

    found = json.loads(execution.describe()["output"])
    assert found == [{"n": 1, "from": name}, {"n": 2, "from": name}]


def test_a_run_that_is_stopped_aborts_its_children(aws: Embedded, name: str) -> None:
    function = aws.function(name, "import time\ndef handler(event, context): time.sleep(20)", 30)
    machine = aws.machine(name, distributed({"Item": invoking(function)}))
    client = aws.states()
    started = client.start_execution(stateMachineArn=machine, input="[1, 2]")
    execution = Execution(client, started["executionArn"])
    until(lambda: "MapRunStarted" in execution.types and len(children(aws, execution)) == 2)
    until(lambda: all("TaskStarted" in child.types for child in children(aws, execution)))

    client.stop_execution(executionArn=execution.arn)

    until(lambda: {child.status for child in children(aws, execution)} == {"ABORTED"})
    run = client.describe_map_run(mapRunArn=run_of(aws, execution))
    assert (run["status"], run["itemCounts"]["aborted"]) == ("ABORTED", 2)
    assert execution.types[-1] == "ExecutionAborted"


def test_a_map_run_starts_again_with_a_retry(account: Embedded, name: str) -> None:
    retry: Json = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    machine = account.machine(name, distributed(BAD_IF_ODD, Retry=retry))

    execution = account.run(machine, ITEMS)

    assert execution.types.count("MapRunStarted") == 2
    assert execution.types.count("MapStateFailed") == 1


def test_items_go_to_children_in_batches(account: Embedded, name: str) -> None:
    batcher: Json = {"MaxItemsPerBatch": 2, "BatchInput": {"day.$": "$.day"}}
    definition = distributed({"Item": PASS}, ItemsPath="$.rows", ItemBatcher=batcher)

    execution = account.run(account.machine(name, definition), {"rows": [1, 2, 3], "day": "Mon"})

    assert json.loads(execution.describe()["output"]) == [
        {"BatchInput": {"day": "Mon"}, "Items": [1, 2]},
        {"BatchInput": {"day": "Mon"}, "Items": [3]},
    ]
    run = account.states().describe_map_run(mapRunArn=run_of(account, execution))
    assert (run["itemCounts"]["succeeded"], run["executionCounts"]["succeeded"]) == (3, 2)


def test_results_are_written_to_a_bucket(account: Embedded, name: str) -> None:
    account.s3().create_bucket(Bucket=name)
    writer: Json = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": name, "Prefix": "results"},
    }
    definition = distributed(BAD_IF_ODD, ResultWriter=writer, ToleratedFailureCount=1)

    execution = account.run(account.machine(name, definition), ITEMS)

    output = json.loads(execution.describe()["output"])
    run = run_of(account, execution)
    key = f"results/{run.rsplit(':', 1)[-1]}/manifest.json"
    assert output == {"MapRunArn": run, "ResultWriterDetails": {"Bucket": name, "Key": key}}
    manifest = json.loads(account.s3().get_object(Bucket=name, Key=key)["Body"].read())
    files = {status: len(found) for status, found in manifest["ResultFiles"].items()}
    assert files == {"FAILED": 1, "PENDING": 0, "SUCCEEDED": 1}
    failed = manifest["ResultFiles"]["FAILED"][0]["Key"]
    (told,) = json.loads(account.s3().get_object(Bucket=name, Key=failed)["Body"].read())
    assert (told["Status"], told["Error"], told["Cause"]) == ("FAILED", "Odd", "It is odd")
