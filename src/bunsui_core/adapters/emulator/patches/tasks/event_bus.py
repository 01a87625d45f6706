"""Events that are put on a bus: by the API, which checks each entry, and by Tasks."""

from __future__ import annotations

import json

from ministack.services import eventbridge
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.tasks import integration
from bunsui_core.adapters.emulator.patches.tasks.integration import Call
from bunsui_core.adapters.emulator.patches.tasks.service_answer import with_metadata
from bunsui_core.adapters.emulator.patches.tasks.service_errors import optimized_error, refusal_of
from bunsui_core.domain.value import Json

_CONTENT = "application/x-amz-json-1.1"
_REQUIRED = ("Source", "DetailType", "Detail")


def put(call: Call) -> Json:
    """Put the entries of a task on their buses; one that fails fails the task."""
    status, _, body = eventbridge._put_events({"Entries": _entries(call)})
    if status >= 400:
        raise optimized_error("events", refusal_of(status, body))
    answer: Document = json.loads(body)
    if answer["FailedEntryCount"]:
        told = dict(sorted(answer.items()))
        raise sf._ExecutionError("EventBridge.FailedEntry", json.dumps(told, separators=(",", ":")))
    return with_metadata(answer, _CONTENT)


def _entries(call: Call) -> list[Json]:
    """Return the entries as Step Functions sends them: it adds the two ARNs to their resources."""
    given = call.parameters.get("Entries") if isinstance(call.parameters, dict) else None
    own: list[Json] = [call.execution["executionArn"], call.execution["stateMachineArn"]]
    entries: list[Json] = []
    for entry in given if isinstance(given, list) else []:
        assert isinstance(entry, dict)
        detail, named = entry.get("Detail"), entry.get("Resources")
        sent = dict(entry, Resources=[*(named if isinstance(named, list) else []), *own])
        if isinstance(detail, dict):
            sent["Detail"] = json.dumps(detail, separators=(",", ":"))
        entries.append(sent)
    return entries


def _fault(entry: Document) -> Document | None:
    """Return what is wrong with an entry, as PutEvents answers it."""
    for name in _REQUIRED:
        if not entry.get(name):
            said = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": said}
    try:
        detail = json.loads(str(entry["Detail"]))
    except json.JSONDecodeError:
        detail = None
    if isinstance(detail, dict):
        return None
    return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}


def install() -> None:
    """Refuse malformed entries as EventBridge does, and let Tasks put events."""
    anchor.require(eventbridge._put_events, "ebcda0f38061fc62")
    put_events = eventbridge._put_events

    def checked(
        request: Document, allow_aws_source: bool = False
    ) -> tuple[int, dict[str, str], bytes]:
        given = request.get("Entries")
        entries = [e for e in given if isinstance(e, dict)] if isinstance(given, list) else []
        faults = [_fault(entry) for entry in entries]
        good = [e for e, fault in zip(entries, faults, strict=True) if fault is None]
        status, headers, body = put_events({**request, "Entries": good}, allow_aws_source)
        if status >= 400 or len(good) == len(entries):
            return status, headers, body
        answer = json.loads(body)
        taken = iter(answer["Entries"])
        answer["Entries"] = [next(taken) if fault is None else fault for fault in faults]
        answer["FailedEntryCount"] += len(entries) - len(good)
        return status, headers, json.dumps(answer).encode()

    eventbridge._put_events = checked
    integration.register("arn:aws:states:::events:putEvents", put)
