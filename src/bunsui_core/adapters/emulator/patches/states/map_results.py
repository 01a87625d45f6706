"""The ResultWriter of a distributed Map: the results of its children as files in a bucket.

As documented, a manifest names one file an outcome, and the output of the state the manifest.
"""

from __future__ import annotations

import json

from ministack.services import s3
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import fields, history
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.states.map_children import Run
from bunsui_core.domain.value import Json

_FAILED = "States.ResultWriterFailed"


def written(state: Document, run: Run, data: Json, context: Document, outputs: Json) -> Json:
    """Write the results of a run where its state says, and return what the state's result is."""
    writer = state.get("ResultWriter")
    if not isinstance(writer, dict) or not writer.get("Resource"):
        return outputs
    where = fields.filled(writer, ("Parameters", "Arguments"), state, data, context)
    assert isinstance(where, dict)
    bucket, prefix = str(where.get("Bucket")), str(where.get("Prefix", "")).strip("/")
    folder = "/".join(part for part in (prefix, run.arn.rsplit(":", 1)[-1]) if part)
    files: Document = {}
    for status in ("FAILED", "PENDING", "SUCCEEDED"):
        told: Json = [_told(child) for child in run.children if child["status"] == status]
        files[status] = [_put(bucket, f"{folder}/{status}_0.json", told)] if told else []
    manifest: Document = {
        "DestinationBucket": bucket,
        "MapRunArn": run.arn,
        "ResultFiles": files,
    }
    key = f"{folder}/manifest.json"
    _put(bucket, key, manifest)
    details: Document = {"Bucket": bucket, "Key": key}
    return {"MapRunArn": run.arn, "ResultWriterDetails": details}


def _put(bucket: str, key: str, content: Json) -> Document:
    body = history.text(content).encode()
    status, _, answer = s3._put_object(bucket, key, body, {})
    if status != 200:
        raise sf._ExecutionError(_FAILED, _reason(answer))
    return {"Key": key, "Size": len(body)}


def _reason(answer: bytes) -> str:
    text = answer.decode(errors="replace")
    _, _, rest = text.partition("<Message>")
    return rest.partition("</Message>")[0] or text


def _told(child: Document) -> Document:
    """Return what a result file tells of a child."""
    told: Document = {
        "ExecutionArn": child["executionArn"],
        "Input": child["input"],
        "InputDetails": {"Included": True},
        "Name": child["name"],
        "RedriveCount": 0,
        "StartDate": child["startDate"],
        "StateMachineArn": child["stateMachineArn"],
        "Status": child["status"],
        "StopDate": child["stopDate"],
    }
    for name in ("output", "error", "cause"):
        if child.get(name) is not None:
            told[name.capitalize()] = child[name]
    if "Output" in told:
        told["OutputDetails"] = {"Included": True}
    document: Document = json.loads(history.text(told))
    return document
