"""What Step Functions answers about machines and executions: AWS's words for what is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states.history import Document

_Response = tuple[int, dict[str, str], bytes]

_NOT_FOUND = re.compile(r"(State machine|Execution) (\S+) not found")
_NAMES = {"State machine": "State Machine", "Execution": "Execution"}
_UNTRACED: Document = {"enabled": False}


def install() -> None:
    """Word what does not exist as AWS does, and leave out nothing that it always tells.

    It goes after `redrive`, which completes the same answer of ListExecutions.
    """
    anchor.require(sf.error_response_json, "37b83f60219dea51")
    anchor.require(sf._describe_state_machine, "12f03d98a47ad0cc")
    refuse, describe, listed = (
        sf.error_response_json,
        sf._describe_state_machine,
        sf._list_executions,
    )

    def worded(code: str, message: str, *rest: object, **more: object) -> _Response:
        response: _Response = refuse(code, _words(message), *rest, **more)
        return response

    sf.error_response_json = worded
    sf._describe_state_machine = lambda data: _with_tracing(describe(data))
    sf._list_executions = lambda data: _of_known_machine(data, listed)


def _words(message: str) -> str:
    found = _NOT_FOUND.fullmatch(message)
    return f"{_NAMES[found[1]]} Does Not Exist: '{found[2]}'" if found else message


def _with_tracing(response: _Response) -> _Response:
    status, _, body = response
    if status != 200:
        return response
    answer: _Response = sf.json_response({"tracingConfiguration": _UNTRACED, **json.loads(body)})
    return answer


def _of_known_machine(data: Document, listed: Callable[[Document], _Response]) -> _Response:
    """Refuse to list the executions of a machine that does not exist."""
    machine = str(data.get("stateMachineArn") or "")
    # The machine of a Map Run's children has a slash and is known to the run only.
    is_known = "/" in machine or not machine or sf._resolve_state_machine_arn(machine)
    if is_known:
        return listed(data)
    refused: _Response = sf.error_response_json(
        "StateMachineDoesNotExist", f"State machine {machine} not found", 400
    )
    return refused
