"""StartExecution as AWS answers it: names are checked, and the same start twice is one start."""

from __future__ import annotations

import re

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.history import Document

_Response = tuple[int, dict[str, str], bytes]

# API_StartExecution: 1 to 80 characters, without spaces, brackets, wildcards and specials.
_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")


def _started_before(data: Document) -> Document | None:
    """Return the running execution that this very request has started already."""
    machine, name = str(data.get("stateMachineArn", "")), data.get("name")
    found: Document | None = sf._executions.get(
        f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    )
    if found is None or found["status"] != "RUNNING":
        return None
    return found if found["input"] == data.get("input", "{}") else None


def install() -> None:
    """Refuse bad names, and answer a repeated start of a running execution as the first one."""
    anchor.require(sf._start_execution, "9923282fc76c57b9")
    start = sf._start_execution

    def start_execution(data: Document) -> _Response:
        response: _Response
        name = data.get("name")
        if name is not None and not _NAME.fullmatch(str(name)):
            response = sf.error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
        elif name is not None and (found := _started_before(data)):
            same = {"executionArn": found["executionArn"], "startDate": found["startDate"]}
            response = sf.json_response(same)
        else:
            response = start(data)
        return response

    sf._start_execution = start_execution
