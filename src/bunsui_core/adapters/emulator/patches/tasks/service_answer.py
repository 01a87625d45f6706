"""What a service's answer looks like as the result of a Task: with the metadata of its response."""

from __future__ import annotations

import json
from email.utils import formatdate

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

JSON_1_0 = "application/x-amz-json-1.0"
XML = "text/xml"


def with_metadata(answer: Document, content_type: str = JSON_1_0) -> Document:
    """Return an answer with the response metadata that AWS's SDK adds, in AWS's order."""
    request = sf.new_uuid()
    headers = {
        "x-amzn-RequestId": request,
        "connection": "keep-alive",
        "Content-Length": _length(answer),
        "Date": formatdate(usegmt=True),
        "Content-Type": content_type,
    }
    return _complete(answer, headers, request)


def of_function(version: str, payload: Json) -> Document:
    """Return what Invoke answers when a function has returned."""
    request = sf.new_uuid()
    headers = {
        "X-Amz-Executed-Version": version,
        "x-amzn-Remapped-Content-Length": "0",
        "Connection": "keep-alive",
        "x-amzn-RequestId": request,
        "Content-Length": _length(payload),
        "Date": formatdate(usegmt=True),
        "X-Amzn-Trace-Id": f"Root=1-{sf.new_uuid()[:8]}-{sf.new_uuid().replace('-', '')[:24]}",
        "Content-Type": "application/json",
    }
    answer: Document = {"ExecutedVersion": version, "Payload": payload, "StatusCode": 200}
    return _complete(answer, headers, request)


def _complete(answer: Document, headers: dict[str, str], request: str) -> Document:
    metadata: Document = {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": {name: headers[name] for name in sorted(headers, key=str.lower)},
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request},
    }
    return dict(sorted((answer | metadata).items()))


def _length(payload: Json) -> str:
    return str(len(json.dumps(payload, separators=(",", ":"))))
