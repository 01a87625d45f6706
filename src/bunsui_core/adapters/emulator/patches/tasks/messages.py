"""Tasks that send a message: to a queue, or to a topic."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

from ministack.services import sns, sqs

from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.tasks import integration
from bunsui_core.adapters.emulator.patches.tasks.integration import Call
from bunsui_core.adapters.emulator.patches.tasks.service_answer import XML, with_metadata
from bunsui_core.adapters.emulator.patches.tasks.service_errors import (
    Refusal,
    optimized_error,
    refusal_of,
)
from bunsui_core.domain.value import Json

_NO_TOPIC = "Topic does not exist"
_BASE = "{http://sns.amazonaws.com/doc/2010-03-31/}"


def send(call: Call) -> Json:
    """Send a message to a queue; a body that is not a text is sent as JSON."""
    request = _request(call, "MessageBody")
    try:
        answer: Document = sqs._act_send_message(request, str(request.get("QueueUrl", "")))
    except sqs._Err as refused:
        refusal = Refusal(refused.status, refused.code, refused.message)
        raise optimized_error("sqs", refusal) from refused
    return with_metadata(answer)


def publish(call: Call) -> Json:
    """Publish a message to a topic; one that is not a text is sent as JSON."""
    status, _, body = sns._publish(_request(call, "Message"))
    if status >= 400:
        refusal = refusal_of(status, body)
        if refusal.status == 404:
            # MiniStack adds the ARN.
            refusal = replace(refusal, message=_NO_TOPIC)
        raise optimized_error("sns", refusal)
    fields: Document = {
        element.tag.removeprefix(_BASE): element.text
        for element in ElementTree.fromstring(body).iter()
        if element.tag in {f"{_BASE}MessageId", f"{_BASE}SequenceNumber"}
    }
    return with_metadata(fields, XML)


def _request(call: Call, body: str) -> Document:
    request = dict(call.parameters) if isinstance(call.parameters, dict) else {}
    if isinstance(request.get(body), dict | list):
        request[body] = json.dumps(request[body], separators=(",", ":"))
    return request


def install() -> None:
    """Let Tasks send messages as Step Functions sends them."""
    integration.register("arn:aws:states:::sqs:sendMessage", send)
    integration.register("arn:aws:states:::sns:publish", publish)
