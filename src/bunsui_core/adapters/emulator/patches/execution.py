"""How an execution walks its states: from the start, or on from where a redrive finds it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor, history
from bunsui_core.adapters.emulator.patches.history import Document
from bunsui_core.domain.value import Json

_log = logging.getLogger("bunsui.emulator")


@dataclass(frozen=True)
class Place:
    """A state and its input; `entered` when the history already says that it was entered."""

    state: str
    input: Json
    entered: bool = False


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
    walk(execution, definition, Place(str(definition.get("StartAt")), _parsed(execution["input"])))


def walk(execution: Document, definition: Document, place: Place) -> None:
    """Walk an execution from one place to its end and close it as it deserves."""
    try:
        output = _walk_states(execution, definition, place)
        if history.is_open(execution):
            _succeed(execution, output)
    except history.Closed:
        return
    except sf._ExecutionError as failure:
        fail(execution, failure.error, failure.cause)
    except Exception as failure:  # noqa: BLE001 a fault of the interpreter must close the execution
        _log.exception("the interpreter failed in %s", execution["executionArn"])
        fail(execution, "States.Runtime", str(failure))


def fail(execution: Document, error: str, cause: str | None) -> None:
    """Close an execution as FAILED, unless it is closed already."""
    if not history.is_open(execution):
        return
    details: Document = {"error": error}
    if cause:
        details["cause"] = cause
    execution.update(status="FAILED", error=error, cause=cause, output=None, stopDate=sf.now_iso())
    sf._add_event(execution, "ExecutionFailed", {"executionFailedEventDetails": details})
    sf._emit_execution_status_event(execution)


def _succeed(execution: Document, output: Json) -> None:
    text = json.dumps(output)
    execution.update(status="SUCCEEDED", output=text, stopDate=sf.now_iso())
    sf._add_event(
        execution, "ExecutionSucceeded", {"executionSucceededEventDetails": {"output": text}}
    )
    sf._emit_execution_status_event(execution)


def _walk_states(execution: Document, definition: Document, place: Place) -> Json:
    context = _context(execution, definition)
    current, data, entered = place.state, place.input, place.entered
    while True:
        if not history.is_open(execution):
            raise history.Closed
        state = _state(definition, current)
        context["State"] = {"Name": current, "EnteredTime": sf.now_iso(), "RetryCount": 0}
        if not entered:
            _entered(execution, state, current, data)
        data, following = _run_state(state, data, execution, context)
        execution["assigned"] = dict(_document(context["variables"]))
        _exited(execution, state, current, data)
        if following is None:
            return data
        current, entered = following, False


def _run_state(
    state: Document, data: Json, execution: Document, context: Document
) -> tuple[Json, str | None]:
    kind = state.get("Type")
    if kind == "Fail":
        raise sf._ExecutionError(*sf._fail_state_error(state, data, context))
    if kind == "Succeed":
        kept = sf._apply_input_path(state, data, context)
        return sf._apply_output_path(state, kept, context), None
    step = _step(kind)
    # These three record events and look up other services; the others only compute.
    own = (execution,) if kind in ("Task", "Parallel", "Map") else ()
    result: tuple[Json, str | None] = step(state, data, *own, context)
    return result


def _step(kind: Json) -> Callable[..., tuple[Json, str | None]]:
    # Looked up late: other patches replace some of them.
    steps: dict[Json, Callable[..., tuple[Json, str | None]]] = {
        "Task": sf._execute_task,
        "Parallel": sf._execute_parallel,
        "Map": sf._execute_map,
        "Pass": sf._execute_pass,
        "Choice": sf._execute_choice,
        "Wait": sf._execute_wait,
    }
    if kind not in steps:
        raise sf._ExecutionError("States.Runtime", f"Unknown state type: {kind}")
    return steps[kind]


def _entered(execution: Document, state: Document, name: str, data: Json) -> None:
    details: Document = {"name": name, "input": json.dumps(data)}
    sf._add_event(execution, f"{state['Type']}StateEntered", {"stateEnteredEventDetails": details})


def _exited(execution: Document, state: Document, name: str, data: Json) -> None:
    details: Document = {"name": name, "output": json.dumps(data)}
    sf._add_event(execution, f"{state['Type']}StateExited", {"stateExitedEventDetails": details})


def _context(execution: Document, definition: Document) -> Document:
    """Return the context object, as `$$` and `$states.context` see it."""
    machine = sf._state_machines.get(execution["stateMachineArn"]) or {}
    return {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": {
            "Id": execution["executionArn"],
            "Input": _parsed(execution["input"]),
            "Name": execution["name"],
            "RoleArn": machine.get("roleArn", ""),
            "StartTime": execution["startDate"],
            "RedriveCount": history.redrive_count(execution),
        },
        "StateMachine": {
            "Id": execution["stateMachineArn"],
            "Name": str(execution["stateMachineArn"]).rsplit(":", 1)[-1],
        },
        "variables": dict(_document(execution.get("assigned") or {})),
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
    if str(definition.get("StartAt")) not in _document(definition.get("States")):
        fail(execution, "States.Runtime", f"StartAt state '{definition.get('StartAt')}' not found")
        return None
    return definition


def definition_of(execution: Document) -> Document:
    """Return the definition that the execution started with."""
    return _document(_parsed(execution["definition"]))


def _state(definition: Document, name: str) -> Document:
    state = _document(definition["States"]).get(name)
    if not isinstance(state, dict):
        raise sf._ExecutionError("States.Runtime", f"State '{name}' not found in definition")
    return state


def _document(value: Json) -> Document:
    return value if isinstance(value, dict) else {}


def _parsed(text: Json) -> Json:
    try:
        value: Json = json.loads(str(text))
    except json.JSONDecodeError:
        return {}
    return value


def install() -> None:
    """Run executions without MiniStack's fixed pause, each with the definition it started with."""
    anchor.require(sf._run_execution, "996dff84e0e0605a")
    anchor.require(sf._fail_execution, "e6da895fa0b74cdd")
    sf._run_execution = run
    sf._fail_execution = fail
