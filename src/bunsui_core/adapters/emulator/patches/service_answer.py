"""What a service's answer looks like as the result of a Task: with the metadata of its response."""

from __future__ import annotations

import json
from email.utils import formatdate

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.history import Document

JSON = "application/x-amz-json-1.0"
XML = "text/xml"


def with_metadata(answer: Document, content_type: str = JSON) -> Document:
    """Return an answer with the response metadata that AWS's SDK adds, in AWS's order."""
    request = sf.new_uuid()
    headers = {
        "x-amzn-RequestId": request,
        "connection": "keep-alive",
        "Content-Length": str(len(json.dumps(answer, separators=(",", ":")))),
        "Date": formatdate(usegmt=True),
        "Content-Type": content_type,
    }
    metadata: Document = {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": {name: headers[name] for name in sorted(headers, key=str.lower)},
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request},
    }
    return dict(sorted((answer | metadata).items()))
