"""How an execution walks its states: from the start, or on from where a redrive finds it."""

from __future__ import annotations

import json
import logging

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import history, machine_timeout, outcome, states
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.states.states import Place
from bunsui_core.domain.value import Json

_log = logging.getLogger("bunsui.emulator")


def run(arn: str) -> None:
    """Walk a new execution from its first state to its end."""
    execution = sf._executions.get(arn)
    if not execution:
        return
    history.begin(execution, 0)
    history.complete_first_event(execution)
    definition = _definition_at_start(execution)
    if definition is None:
        return
    walk(execution, definition, states.start_of(definition, parsed(execution["input"])))


def walk(execution: Document, definition: Document, place: Place) -> None:
    """Walk an execution from one place to its end and close it as it deserves."""
    strand = history.strand_of(execution)
    assert strand
    try:
        with machine_timeout.limited(execution, definition):
            output = states.walk(definition, place, strand, context_of(execution, definition))
        succeed(execution, output)
    except history.Closed:
        return
    except (sf._ExecutionError, outcome.Fatal) as failure:
        fail(execution, failure.error, failure.cause)
    except Exception as failure:  # noqa: BLE001 a fault of the interpreter must close the execution
        _log.exception("the interpreter failed in %s", execution["executionArn"])
        fail(execution, "States.Runtime", str(failure))


def succeed(execution: Document, output: Json) -> None:
    """Close an execution as SUCCEEDED, unless it is closed already."""
    text = history.text(output)
    details: Document = {"output": text}
    history.close(execution, "ExecutionSucceeded", details, status="SUCCEEDED", output=text)


def fail(execution: Document, error: str | None, cause: str | None) -> None:
    """Close an execution as FAILED, unless it is closed already."""
    given: Document = {"error": error, "cause": cause}
    details: Document = {name: value for name, value in given.items() if value is not None}
    history.close(execution, "ExecutionFailed", details, status="FAILED", output=None, **given)


def stop(data: Document) -> tuple[int, dict[str, str], bytes]:
    """Answer StopExecution: close a running execution as ABORTED."""
    arn = data.get("executionArn")
    execution = sf._executions.get(arn)
    answer: tuple[int, dict[str, str], bytes]
    if not execution:
        said = f"Execution Does Not Exist: '{arn}'"
        answer = sf.error_response_json("ExecutionDoesNotExist", said, 400)
        return answer
    given: Document = {"error": data.get("error"), "cause": data.get("cause")}
    details: Document = {name: value for name, value in given.items() if value is not None}
    history.close(execution, "ExecutionAborted", details, status="ABORTED", **given)
    # A client may ask again when the answer was lost.
    if execution["status"] == "ABORTED":
        answer = sf.json_response({"stopDate": execution["stopDate"]})
    else:
        answer = sf.error_response_json("ValidationException", "Execution is not running", 400)
    return answer


def context_of(execution: Document, definition: Document) -> Document:
    """Return the context object, as `$$` and `$states.context` see it."""
    machine = sf._state_machines.get(execution["stateMachineArn"]) or {}
    assigned, redriven = execution.get("assigned"), execution.get("redriveDate")
    return {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": {
            "Id": execution["executionArn"],
            "Input": parsed(execution["input"]),
            "Name": execution["name"],
            "RoleArn": machine.get("roleArn", ""),
            "StartTime": execution["startDate"],
            "RedriveCount": history.redrive_count(execution),
            **({"RedriveTime": redriven} if redriven else {}),
        },
        "StateMachine": {
            "Id": execution["stateMachineArn"],
            "Name": str(execution["stateMachineArn"]).rsplit(":", 1)[-1],
        },
        "variables": dict(assigned) if isinstance(assigned, dict) else {},
    }


def _definition_at_start(execution: Document) -> Document | None:
    """Return the definition this execution keeps for life, or close it as FAILED."""
    machine = sf._state_machines.get(execution["stateMachineArn"])
    if not machine:
        fail(execution, "StateMachineDeleted", "State machine no longer exists")
        return None
    execution["definition"] = machine["definition"]
    execution["revisionId"] = machine.get("revisionId", "")
    definition = definition_of(execution)
    try:
        states.state_of(definition, str(definition.get("StartAt")))
    except sf._ExecutionError:
        fail(execution, "States.Runtime", f"StartAt state '{definition.get('StartAt')}' not found")
        return None
    return definition


def definition_of(execution: Document) -> Document:
    """Return the definition that the execution started with."""
    definition = parsed(execution["definition"])
    return definition if isinstance(definition, dict) else {}


def parsed(text: Json) -> Json:
    """Return the JSON document that a text is, or an empty one."""
    try:
        value: Json = json.loads(str(text))
    except json.JSONDecodeError:
        return {}
    return value


def install() -> None:
    """Run executions without MiniStack's fixed pause, each with the definition it started with."""
    anchor.require(sf._run_execution, "996dff84e0e0605a")
    anchor.require(sf._fail_execution, "e6da895fa0b74cdd")
    anchor.require(sf._stop_execution, "44d2d84ccd5c9702")
    sf._run_execution = run
    sf._fail_execution = fail
    sf._stop_execution = stop
