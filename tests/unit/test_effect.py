"""What running again would do twice, read from the calls that an execution made."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.effect import again, inferred, operations
from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.verdict import Mode
from tests.builders import NOW

PURE, IDEMPOTENT = SideEffect.PURE, SideEffect.IDEMPOTENT
APPEND, EXTERNAL = SideEffect.APPEND, SideEffect.EXTERNAL
DENIED = "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: lambda:InvokeFunction"
NOT_STARTED = json.dumps({"StopCode": "TaskFailedToStart", "StoppedReason": "CannotPull"})
EXITED = json.dumps(
    {"StopCode": "EssentialContainerExited", "Containers": [{"Name": "app", "ExitCode": 3}]}
)


@pytest.mark.parametrize(
    ("resource", "effect"),
    [
        ("dynamodb:getItem", PURE),
        ("aws-sdk:s3:listObjectsV2", PURE),
        ("aws-sdk:ec2:describeInstances", PURE),
        ("dynamodb:putItem", IDEMPOTENT),
        ("aws-sdk:s3:putObject", IDEMPOTENT),
        ("dynamodb:updateItem", APPEND),
        ("sqs:sendMessage", EXTERNAL),
        ("aws-sdk:sqs:receiveMessage", EXTERNAL),
        ("sns:publish", EXTERNAL),
        ("lambda:invoke", EXTERNAL),
        ("states:startExecution.sync:2", EXTERNAL),
        ("ecs:runTask.sync", EXTERNAL),
        ("glue:startJobRun.sync", EXTERNAL),
        ("states:mapRun", EXTERNAL),
        ("something", EXTERNAL),
        ("dynamodb:getItem.waitForTaskToken", EXTERNAL),
        ("aws-sdk:rds:getawayCar", EXTERNAL),
    ],
)
def test_a_class_is_inferred_from_a_call_and_what_is_not_known_is_external(
    resource: str, effect: SideEffect
) -> None:
    assert inferred(resource, "{}") is effect


@pytest.mark.parametrize("word", ["States.UUID()", "$$.State.EnteredTime", "$uuid()", "$now()"])
def test_a_write_to_a_place_of_its_own_each_time_adds(word: str) -> None:
    assert inferred("dynamodb:putItem", json.dumps({"Item": word})) is APPEND


class History:
    """The events of a chain of Tasks."""

    def __init__(self) -> None:
        self.events: list[HistoryEvent] = []

    def add(self, type_: str, **more: str) -> None:
        """Add an event that follows the one before."""
        last = len(self.events)
        event = HistoryEvent.model_validate(
            {"id": last + 1, "previous_id": last, "type": type_, "at": NOW, **more}
        )
        self.events.append(event)

    def call(self, state: str, service: str, action: str, error: str = "", cause: str = "") -> None:
        """A Task that succeeded, or that failed and is open."""
        self.add("TaskStateEntered", name=state)
        self.try_again(service, action, error, cause)
        if not error:
            self.add("TaskStateExited", name=state)

    def try_again(self, service: str, action: str, error: str = "", cause: str = "") -> None:
        """One try of an open Task."""
        self.add("TaskScheduled", resource=action, resource_type=service)
        self.add("TaskStarted", resource=action, resource_type=service)
        if error:
            self.add("TaskFailed", error=error, cause=cause)
        else:
            self.add("TaskSucceeded")


def effect_of(
    history: History, mode: Mode, state: str, declared: SideEffect = EXTERNAL
) -> SideEffect:
    """What a mode would repeat."""
    ran = operations(tuple(history.events), "{}")
    return again(mode, declared, ran, state, state).effect


@pytest.mark.parametrize(
    ("service", "action", "error", "cause", "effect"),
    [
        ("lambda", "invoke", "ValueError", "{}", EXTERNAL),
        ("lambda", "invoke", "Lambda.TooManyRequestsException", "Rate exceeded", PURE),
        ("lambda", "invoke", "Lambda.ResourceNotFoundException", "not found", PURE),
        ("lambda", "invoke", "Lambda.AWSLambdaException", DENIED, PURE),
        ("lambda", "invoke", "Lambda.AWSLambdaException", "broken pipe", EXTERNAL),
        ("lambda", "invoke", "Lambda.Unknown", "it stopped", EXTERNAL),
        ("lambda", "invoke", "States.Timeout", "", EXTERNAL),
        ("lambda", "invoke", "AccessDenied", "the function's own", EXTERNAL),
        ("sqs", "sendMessage", "Sqs.QueueDoesNotExistException", "none", PURE),
        ("ecs", "runTask.sync", "States.TaskFailed", NOT_STARTED, PURE),
        ("ecs", "runTask.sync", "States.TaskFailed", EXITED, EXTERNAL),
    ],
)
def test_a_call_that_a_service_refused_as_a_whole_did_nothing(
    service: str, action: str, error: str, cause: str, effect: SideEffect
) -> None:
    history = History()
    history.call("Work", service, action, error, cause)

    assert effect_of(history, Mode.REDRIVE, "Work") is effect


def test_a_refusal_after_a_try_that_began_does_not_undo_it() -> None:
    history = History()
    history.call("Work", "lambda", "invoke", "ValueError")
    history.try_again("lambda", "invoke", "Lambda.TooManyRequestsException")

    assert effect_of(history, Mode.REDRIVE, "Work") is EXTERNAL


def test_a_redrive_repeats_the_failed_state_and_a_restart_all_of_them() -> None:
    history = History()
    history.call("Send", "sqs", "sendMessage")
    history.call("Read", "dynamodb", "getItem", "DynamoDB.ResourceNotFoundException")

    modes = (Mode.REDRIVE, Mode.ENTER_AT, Mode.RESTART)
    assert [effect_of(history, mode, "Read") for mode in modes] == [PURE, PURE, EXTERNAL]


def test_entering_before_a_call_repeats_it() -> None:
    history = History()
    history.call("Send", "sqs", "sendMessage")
    history.call("Read", "dynamodb", "getItem", "DynamoDB.ResourceNotFoundException")

    assert effect_of(history, Mode.ENTER_AT, "Send") is EXTERNAL


def test_a_state_that_a_loop_enters_again_is_repeated_from_its_last_entry_on() -> None:
    history = History()
    history.call("Read", "dynamodb", "getItem")
    history.call("Send", "sqs", "sendMessage")
    history.call("Read", "dynamodb", "getItem", "DynamoDB.ResourceNotFoundException")

    assert effect_of(history, Mode.REDRIVE, "Read") is PURE


@pytest.mark.parametrize("declared", [PURE, IDEMPOTENT, APPEND])
def test_a_declared_class_is_taken_at_its_word(declared: SideEffect) -> None:
    history = History()
    history.call("Work", "lambda", "invoke", "ValueError")

    assert effect_of(history, Mode.RESTART, "Work", declared) is declared


def test_the_worst_of_all_calls_counts_and_is_named() -> None:
    history = History()
    history.call("Put", "dynamodb", "putItem")
    history.call("Count", "dynamodb", "updateItem")
    history.call("Read", "dynamodb", "getItem", "DynamoDB.ResourceNotFoundException")

    found = again(Mode.RESTART, EXTERNAL, operations(tuple(history.events), "{}"), "Read", "Read")

    assert found.effect is APPEND
    assert "Count began dynamodb:updateItem" in found.text


def test_calls_of_other_states_that_are_made_anew_are_told() -> None:
    history = History()
    history.call("Put", "dynamodb", "putItem")
    history.call("Read", "dynamodb", "getItem", "DynamoDB.ResourceNotFoundException")
    ran = operations(tuple(history.events), "{}")

    assert again(Mode.RESTART, EXTERNAL, ran, "Read", "Read").is_anew
    assert not again(Mode.REDRIVE, EXTERNAL, ran, "Read", "Read").is_anew
