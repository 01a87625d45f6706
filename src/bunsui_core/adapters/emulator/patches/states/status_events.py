"""The event that EventBridge gets whenever the status of a Standard execution changes."""

from __future__ import annotations

import json
import logging

from ministack.services import eventbridge
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import history, redrive, waiting
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_log = logging.getLogger("bunsui.emulator")

_KIND = "Step Functions Execution Status Change"
_UNSUCCESSFUL = ("FAILED", "TIMED_OUT", "ABORTED")
# Larger payloads are left out (Step Functions developer guide, "EventBridge integration").
_LARGEST_PAYLOAD = 248 * 1024


def emit(execution: Document) -> None:
    """Tell EventBridge, and everyone who waits, that the status of an execution has changed."""
    history.complete_first_event(execution)
    machine = sf._state_machines.get(execution["stateMachineArn"]) or {}
    if not execution.get("sync") and machine.get("type") != "EXPRESS":
        _put(execution)
    waiting.announce(str(execution["executionArn"]))


def detail(execution: Document) -> Document:
    """Return the detail of the event that tells the present status of an execution."""
    status = execution["status"]
    redrivable, reason = redrive.redrive_status(execution)
    unsuccessful = status in _UNSUCCESSFUL
    said: Document = {
        "executionArn": execution["executionArn"],
        "stateMachineArn": execution["stateMachineArn"],
        "name": execution["name"],
        "status": status,
        "startDate": sf._iso_to_epoch_ms(execution.get("startDate")),
        "stopDate": sf._iso_to_epoch_ms(execution.get("stopDate")),
        "stateMachineVersionArn": None,
        "stateMachineAliasArn": None,
        "redriveCount": history.redrive_count(execution),
        "redriveDate": sf._iso_to_epoch_ms(execution.get("redriveDate")),
        "redriveStatus": redrivable,
        "redriveStatusReason": reason or None,
        "error": execution.get("error") if unsuccessful else None,
        "cause": execution.get("cause") if unsuccessful else None,
    }
    output = execution.get("output") if status == "SUCCEEDED" else None
    return said | _payload("input", execution.get("input")) | _payload("output", output)


def _payload(name: str, text: Json) -> Document:
    if not isinstance(text, str):
        return {name: None, f"{name}Details": None}
    fits = len(text) <= _LARGEST_PAYLOAD
    return {name: text if fits else None, f"{name}Details": {"included": fits}}


def _put(execution: Document) -> None:
    entry = {
        "Source": "aws.states",
        "DetailType": _KIND,
        "Detail": json.dumps(detail(execution)),
        "Resources": [execution["executionArn"]],
    }
    try:
        eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    except Exception:  # noqa: BLE001 AWS delivers at best effort: it never fails the execution
        _log.exception("the status of %s was not published", execution["executionArn"])


def install() -> None:
    """Tell EventBridge every status, with what was redriven and what can be."""
    anchor.require(sf._emit_execution_status_event, "9c89e45693e353eb")
    sf._emit_execution_status_event = emit
