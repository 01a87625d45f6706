"""The port that changes AWS, against the embedded AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.control.runner import STOPPED, AwsRunner
from bunsui_core.domain.errors import BadInput, Conflict, NotAuthorised, NotFound, Refused
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, until

FAILING: Json = {"StartAt": "Stop", "States": {"Stop": {"Type": "Fail", "Error": "Boom"}}}
PASSING: Json = {"StartAt": "Go", "States": {"Go": {"Type": "Pass", "End": True}}}


def held(aws: Embedded, name: str) -> str:
    """A machine whose only state waits for a worker that never comes."""
    activity = aws.states().create_activity(name=name)["activityArn"]
    task: Json = {"Type": "Task", "Resource": activity, "End": True}
    return aws.machine(name, {"StartAt": "Hold", "States": {"Hold": task}})


def clients_of(aws: Embedded, actor: str, reading: bool) -> Clients:
    key = aws.key("worker" if actor == "worker" else "agent")
    access = Access(
        endpoint=aws.server.url,
        region=aws.server.region,
        access_key=key.access_key_id,
        secret_key=key.secret_access_key,
        reading=reading,
    )
    return Clients(lambda: access)


@pytest.fixture(scope="session")
def runner(aws: Embedded) -> Iterator[AwsRunner]:
    clients = clients_of(aws, "worker", reading=False)
    yield AwsRunner(clients)
    clients.close()


def test_the_same_name_and_input_start_one_execution(
    aws: Embedded, runner: AwsRunner, name: str
) -> None:
    machine = aws.machine(name, PASSING)
    first = runner.start(machine, "s-1-load-a1", '{"a": 1, "b": 2}')
    Execution(aws.states(), first.execution_arn).ended()

    again = runner.start(machine, "s-1-load-a1", '{ "b": 2, "a": 1 }')

    assert (first.existed, again.existed) == (False, True)
    assert again.execution_arn == first.execution_arn
    assert len(aws.states().list_executions(stateMachineArn=machine)["executions"]) == 1


def test_a_taken_name_with_another_input_is_a_conflict(
    aws: Embedded, runner: AwsRunner, name: str
) -> None:
    machine = aws.machine(name, PASSING)
    started = runner.start(machine, "s-1-load-a1", '{"a": 1}')
    Execution(aws.states(), started.execution_arn).ended()

    with pytest.raises(Conflict, match="another input"):
        runner.start(machine, "s-1-load-a1", '{"a": 2}')


def test_a_start_of_an_unknown_machine_is_not_found(runner: AwsRunner) -> None:
    with pytest.raises(NotFound):
        runner.start("arn:aws:states:us-east-1:000000000000:stateMachine:nobody", "a", "{}")


def test_one_client_token_redrives_once(aws: Embedded, runner: AwsRunner, name: str) -> None:
    machine = aws.machine(name, FAILING)
    execution = aws.run(machine, {})

    runner.redrive(execution.arn, "token-1", freely)
    execution.ended()
    runner.redrive(execution.arn, "token-1", freely)

    until(lambda: execution.status == "FAILED")
    assert execution.describe()["redriveCount"] == 1


def test_what_did_not_fail_is_not_redriven(aws: Embedded, runner: AwsRunner, name: str) -> None:
    execution = aws.run(aws.machine(name, PASSING), {})

    with pytest.raises(Refused, match="ExecutionNotRedrivable"):
        runner.redrive(execution.arn, "token-1", freely)


def freely() -> None:
    """Let a request leave."""


def test_a_redrive_whose_lease_ran_out_while_it_was_signed_does_not_leave(
    aws: Embedded, runner: AwsRunner, name: str
) -> None:
    execution = aws.run(aws.machine(name, FAILING), {})

    def too_late() -> None:
        raise Conflict("the lease is over.", "Let another go on.")

    with pytest.raises(Conflict, match="lease is over"):
        runner.redrive(execution.arn, "token-1", too_late)
    assert execution.describe()["redriveCount"] == 0

    runner.redrive(execution.arn, "token-1", freely)
    assert execution.describe()["redriveCount"] == 1


def test_a_redrive_of_an_unknown_execution_is_not_found(runner: AwsRunner) -> None:
    with pytest.raises(NotFound):
        runner.redrive(
            "arn:aws:states:us-east-1:000000000000:execution:nobody:nothing", "t", freely
        )


def test_what_runs_is_stopped_with_the_reason_and_stopping_again_changes_nothing(
    aws: Embedded, runner: AwsRunner, name: str
) -> None:
    started = runner.start(held(aws, name), "s-1-load-a1", "{}")
    execution = Execution(aws.states(), started.execution_arn)

    runner.stop(started.execution_arn, "session s-1 was cancelled")
    runner.stop(started.execution_arn, "another reason")

    said = execution.ended().describe()
    assert (said["status"], said["error"]) == ("ABORTED", STOPPED)
    assert said["cause"] == "session s-1 was cancelled"
    assert execution.types.count("ExecutionAborted") == 1


def test_what_has_closed_is_left_as_it_is(aws: Embedded, runner: AwsRunner, name: str) -> None:
    execution = aws.run(aws.machine(name, PASSING), {})

    runner.stop(execution.arn, "too late")

    assert execution.status == "SUCCEEDED"


def test_a_stop_of_an_unknown_execution_is_not_found(runner: AwsRunner) -> None:
    with pytest.raises(NotFound):
        runner.stop("arn:aws:states:us-east-1:000000000000:execution:nobody:nothing", "why")


def test_the_agents_own_credentials_start_redrive_and_stop_nothing(
    aws: Embedded, name: str
) -> None:
    """The refusal of AWS itself: here the client's own is off."""
    machine = aws.machine(name, FAILING)
    execution = aws.run(machine, {})
    clients = clients_of(aws, "agent", reading=False)
    agent = AwsRunner(clients)

    with pytest.raises(NotAuthorised):
        agent.start(machine, "s-1-load-a1", "{}")
    with pytest.raises(NotAuthorised):
        agent.redrive(execution.arn, "token-1", freely)
    with pytest.raises(NotAuthorised):
        agent.stop(execution.arn, "why")

    assert execution.describe()["redriveCount"] == 0
    clients.close()


def test_an_express_workflow_is_not_started(aws: Embedded, runner: AwsRunner, name: str) -> None:
    """Nobody would ever hear of its end."""
    machine = aws.states().create_state_machine(
        name=name, type="EXPRESS", definition=json.dumps(PASSING), roleArn=aws.role()
    )["stateMachineArn"]

    with pytest.raises(BadInput, match="is an Express workflow"):
        runner.start(machine, "s-1-load-a1", "{}")
    assert aws.states().list_executions(stateMachineArn=machine)["executions"] == []
