"""RedriveExecution, which no emulator has: the same execution goes on at its failed state.

The state is the last top-level one that was entered, with its recorded input and the definition
the execution started with. A Task is scheduled again without being entered again, as AWS documents
it; every other state is entered again, so a Fail state fails again. The branches of a Parallel
state, the iterations of a Map state and the children of a Map Run are not redriven one by one: the
whole state runs again, also what had succeeded in it.
"""

from __future__ import annotations

import contextvars
import json
import threading
from datetime import UTC, datetime, timedelta

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import execution, history, states
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.states.states import Place
from bunsui_core.domain.value import Json

_Response = tuple[int, dict[str, str], bytes]

_REDRIVABLE = ("FAILED", "ABORTED", "TIMED_OUT")
# API_RedriveExecution: the limits after which an execution cannot be redriven.
_LONGEST_HISTORY = 24_999
_PERIOD = timedelta(days=14)
_REMEMBERED_TOKENS = 10
_BY_PARENT = "Execution is the child of a Map Run and is redriven with the execution above it"


def redrive_execution(data: Document) -> _Response:
    """Answer RedriveExecution."""
    arn = data.get("executionArn")
    found = sf._executions.get(arn)
    if not found:
        return _error("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
    token = str(data.get("clientToken") or sf.new_uuid())
    tokens = found.setdefault("redriveTokens", {})
    if token not in tokens:
        status, reason = redrive_status(found)
        if status != "REDRIVABLE":
            return _error("ExecutionNotRedrivable", reason or _BY_PARENT)
        tokens[token] = _reopen(found)
        for old in list(tokens)[:-_REMEMBERED_TOKENS]:
            del tokens[old]
        _walk_on(found)
    return _answer({"redriveDate": tokens[token]})


def redrive_status(found: Document) -> tuple[str, str]:
    """Return the redriveStatus of an execution and, when it is not REDRIVABLE, the reason."""
    events = found["events"]
    assert isinstance(events, list)
    if found["status"] not in _REDRIVABLE:
        return "NOT_REDRIVABLE", f"Execution is {found['status']} and cannot be redriven"
    if len(events) >= _LONGEST_HISTORY:
        return "NOT_REDRIVABLE", "Execution history event limit exceeded"
    stopped = datetime.fromisoformat(str(found["stopDate"]))
    if datetime.now(UTC) - stopped > _PERIOD:
        return "NOT_REDRIVABLE", "Execution redrivable period exceeded"
    if found.get("mapRunArn"):
        return "REDRIVABLE_BY_MAP_RUN", ""
    return "REDRIVABLE", ""


def _reopen(found: Document) -> str:
    events = found["events"]
    assert isinstance(events, list)
    count = history.redrive_count(found) + 1
    date = str(sf.now_iso())
    found.update(status="RUNNING", redriveCount=count, redriveDate=date)
    found.update(stopDate=None, error=None, cause=None, output=None)
    history.begin(found, len(events))
    sf._add_event(
        found, "ExecutionRedriven", {"executionRedrivenEventDetails": {"redriveCount": count}}
    )
    sf._emit_execution_status_event(found)
    return date


def _walk_on(found: Document) -> None:
    definition = execution.definition_of(found)
    arguments = (execution.walk, found, definition, resume_place(found, definition))
    threading.Thread(target=contextvars.copy_context().run, args=arguments, daemon=True).start()


def resume_place(found: Document, definition: Document) -> Place:
    """Return where a redrive goes on: the last top-level state that was entered, or the first."""
    events, entered = found["events"], found.get("enteredEvent")
    assert isinstance(events, list)
    if not isinstance(entered, int):
        return states.start_of(definition, json.loads(str(found["input"])))
    event = events[entered - 1]
    assert isinstance(event, dict)
    details = event["stateEnteredEventDetails"]
    assert isinstance(details, dict)
    name = str(details["name"])
    is_task = states.state_of(definition, name).get("Type") == "Task"
    return Place(name, json.loads(str(details["input"])), entered if is_task else 0)


def _with_redrive_fields(response: _Response) -> _Response:
    """Complete the answer of DescribeExecution."""
    status, _, body = response
    if status != 200:
        return response
    answer = json.loads(body)
    found = sf._executions[answer["executionArn"]]
    redrivable, reason = redrive_status(found)
    answer |= {"redriveCount": history.redrive_count(found), "redriveStatus": redrivable}
    answer |= {"redriveDate": found.get("redriveDate"), "redriveStatusReason": reason or None}
    if answer["output"] is None:
        answer["outputDetails"] = None
    return _answer(answer)


def _with_redrive_counts(response: _Response) -> _Response:
    """Complete the answer of ListExecutions."""
    status, _, body = response
    if status != 200:
        return response
    answer = json.loads(body)
    for item in answer["executions"]:
        found = sf._executions[item["executionArn"]]
        item |= {"redriveCount": history.redrive_count(found)}
        if found.get("redriveDate"):
            item["redriveDate"] = found["redriveDate"]
        if item["stopDate"] is None:
            del item["stopDate"]
    return _answer(answer)


def _with_own_definition(data: Document, response: _Response) -> _Response:
    """Put the definition an execution started with into DescribeStateMachineForExecution."""
    status, _, body = response
    found = sf._executions.get(data.get("executionArn")) or {}
    if status != 200 or "definition" not in found:
        return response
    own = {"definition": found["definition"], "revisionId": found["revisionId"] or None}
    return _answer(json.loads(body) | own)


def _answer(document: dict[str, Json]) -> _Response:
    said = {name: value for name, value in document.items() if value is not None}
    response: _Response = sf.json_response(said)
    return response


def _error(code: str, message: str) -> _Response:
    response: _Response = sf.error_response_json(code, message, 400)
    return response


def install() -> None:
    """Answer RedriveExecution, and say in the other calls what was redriven and what can be."""
    anchor.require(sf.handle_request, "efa6e8c4532a9e05")
    anchor.require(sf._describe_execution, "c3ad294ad8b5070a")
    anchor.require(sf._list_executions, "741208b3007744b3")
    anchor.require(sf._describe_state_machine_for_execution, "a5ed57e041d70ece")
    handle, describe, listed = sf.handle_request, sf._describe_execution, sf._list_executions
    of_execution = sf._describe_state_machine_for_execution

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> _Response:
        if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            response: _Response = sf._finalize_response(
                redrive_execution(json.loads(body or b"{}"))
            )
            return response
        handled: _Response = await handle(method, path, headers, body, query)
        return handled

    sf.handle_request = handle_request
    sf._describe_execution = lambda data: _with_redrive_fields(describe(data))
    sf._list_executions = lambda data: _with_redrive_counts(listed(data))
    sf._describe_state_machine_for_execution = lambda data: _with_own_definition(
        data, of_execution(data)
    )
