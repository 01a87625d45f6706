"""A Task that starts another state machine: a real child, waited for where the Resource says so."""

from __future__ import annotations

import json

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import history, redrive
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.tasks import integration
from bunsui_core.adapters.emulator.patches.tasks.integration import Call
from bunsui_core.adapters.emulator.patches.tasks.service_answer import with_metadata
from bunsui_core.domain.value import Json

_RESOURCE = "arn:aws:states:::states:startExecution"
_PARSED = ".sync:2"


def start(call: Call) -> Document:
    """Start a child and return what StartExecution answered, as the Task sees it."""
    # The child walks on its own: it must not take this thread's place in the parent for its own.
    request = _request(call.parameters)
    status, _, body = history.outside().run(sf._start_execution, request)
    answer = json.loads(body)
    if status != 200:
        raise _refused(answer)
    return with_metadata(
        {
            "ExecutionArn": answer["executionArn"],
            "StartDate": sf._iso_to_epoch_ms(answer["startDate"]),
        }
    )


def run(call: Call) -> Json:
    """Start a child, wait for its end and return its description; its failure is the Task's.

    The child is stopped when the Task times out or its own execution is closed.
    """
    answer = start(call)
    child = sf._executions[answer["ExecutionArn"]]
    try:
        call.events.submitted(answer)
        call.wait(lambda: child["status"] != "RUNNING", child["executionArn"])
    except (sf._ExecutionError, history.Closed):
        _stop(child, call.execution)
        raise
    if child["status"] != "SUCCEEDED":
        raise sf._ExecutionError("States.TaskFailed", _text(describe(child, parsed=False)))
    return describe(child, parsed=call.resource.endswith(_PARSED))


def describe(child: Document, *, parsed: bool) -> Document:
    """Return an execution as DescribeExecution does, in the words of a Task's result.

    `parsed` tells whether input and output are values or their JSON texts.
    """
    redrivable, reason = redrive.redrive_status(child)
    described: Document = {
        "Cause": child.get("cause"),
        "Error": child.get("error"),
        "ExecutionArn": child["executionArn"],
        "Input": _payload(child["input"], parsed),
        "InputDetails": {"Included": True},
        "Name": child["name"],
        "Output": _payload(child.get("output"), parsed),
        "OutputDetails": {"Included": True} if child.get("output") is not None else None,
        "RedriveCount": history.redrive_count(child),
        "RedriveDate": sf._iso_to_epoch_ms(child.get("redriveDate")),
        "RedriveStatus": redrivable,
        "RedriveStatusReason": reason or None,
        "StartDate": sf._iso_to_epoch_ms(child["startDate"]),
        "StateMachineArn": child["stateMachineArn"],
        "Status": child["status"],
        "StopDate": sf._iso_to_epoch_ms(child.get("stopDate")),
    }
    return {name: value for name, value in described.items() if value is not None}


def _payload(text: Json, parsed: bool) -> Json:
    value: Json = json.loads(text) if parsed and isinstance(text, str) else text
    return value


def _request(parameters: Json) -> Document:
    if not isinstance(parameters, dict) or "StateMachineArn" not in parameters:
        raise sf._ExecutionError("States.Runtime", "The Task names no StateMachineArn.")
    request: Document = {
        "stateMachineArn": parameters["StateMachineArn"],
        "input": _child_input(parameters.get("Input")),
    }
    if "Name" in parameters:
        request["name"] = parameters["Name"]
    return request


def _child_input(given: Json) -> str:
    if given is None:
        return "{}"
    if isinstance(given, str) and _is_json(given):
        return given
    return _text(given)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    return True


def _refused(answer: Document) -> sf._ExecutionError:
    code = str(answer.get("__type", "AWSStepFunctionsException")).rsplit("#", 1)[-1]
    name = code if code.endswith("Exception") else f"{code}Exception"
    said = (
        f"{answer.get('message')} (Service: AWSStepFunctions; Status Code: 400; "
        f"Error Code: {code}; Request ID: {sf.new_uuid()}; Proxy: null)"
    )
    return sf._ExecutionError(f"StepFunctions.{name}", said)


def _stop(child: Document, parent: Document) -> None:
    said = (
        f"The Task state in AWS Step Functions execution [{parent['executionArn']}] "
        "which was managing this resource was aborted"
    )
    request: Document = {"executionArn": child["executionArn"], "cause": said}
    history.outside().run(sf._stop_execution, request)


def _text(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))


def install() -> None:
    """Let Tasks start real executions of other machines."""
    integration.register(_RESOURCE, start)
    integration.register(f"{_RESOURCE}.sync", run)
