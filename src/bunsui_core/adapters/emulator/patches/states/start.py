"""StartExecution as AWS answers it: what is wrong is refused, and the same start twice is one."""

from __future__ import annotations

import json
import re

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states.history import Document

_Response = tuple[int, dict[str, str], bytes]

NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
"""API_StartExecution: 1 to 80 characters, without spaces, brackets, wildcards and specials."""


def _answer_without_start(data: Document) -> _Response | None:
    """Return why nothing is started, or the execution that this very request has started."""
    machine, name = str(data.get("stateMachineArn", "")), data.get("name")
    if name is not None and not NAME.fullmatch(str(name)):
        return _refused("InvalidName", f"Invalid Name: '{name}'")
    base = sf._resolve_state_machine_arn(machine)
    if base is None:
        return _refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{machine}'")
    if (wrong := _wrong_input(str(data.get("input", "{}")))) is not None:
        return _refused(
            "InvalidExecutionInput", f"Invalid State Machine Execution Input: '{wrong}'"
        )
    return _answer_to_name(f"{base.replace(':stateMachine:', ':execution:')}:{name}", data)


def _answer_to_name(arn: str, data: Document) -> _Response | None:
    found: Document | None = sf._executions.get(arn)
    if found is None:
        return None
    if found["status"] == "RUNNING" and found["input"] == data.get("input", "{}"):
        same = {"executionArn": found["executionArn"], "startDate": found["startDate"]}
        response: _Response = sf.json_response(same)
        return response
    return _refused("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")


def _wrong_input(text: str) -> str | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return str(error)
    return None


def _refused(code: str, message: str) -> _Response:
    response: _Response = sf.error_response_json(code, message, 400)
    return response


def install() -> None:
    """Refuse bad starts, and answer a repeated start of a running execution as the first one."""
    anchor.require(sf._start_execution, "9923282fc76c57b9")
    start = sf._start_execution

    def start_execution(data: Document) -> _Response:
        response: _Response = _answer_without_start(data) or start(data)
        return response

    sf._start_execution = start_execution
