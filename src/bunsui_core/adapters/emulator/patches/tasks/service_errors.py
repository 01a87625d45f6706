"""How the failure of a called service reads in a history: AWS names it after the SDK it uses.

`aws-sdk:` integrations use version 2 of the Java SDK, the optimized ones version 1; both name the
exception class when the API's model has one, else the service's own.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from dataclasses import dataclass
from xml.etree import ElementTree

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

# SQS answers some errors by the codes that they had before its API had a model.
_ON_THE_WIRE = {"QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue"}
_UNNAMED = "ServiceException"
_MODELS = {"sfn": "states", "eventbridge": "events", "cloudwatchlogs": "logs"}


@dataclass(frozen=True)
class Refusal:
    """What a service answered to a request that it refused."""

    status: int
    code: str
    message: str


@dataclass(frozen=True)
class _Optimized:
    """An optimized integration: its prefix, its service's name in version 1, its own exception."""

    prefix: str
    service: str
    own: str


_OPTIMIZED = {
    "dynamodb": _Optimized("DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"),
    "sns": _Optimized("SNS", "AmazonSNS", "AmazonSNSException"),
    "sqs": _Optimized("SQS", "AmazonSQS", "AmazonSQSException"),
    "events": _Optimized("EventBridge", "AmazonEventBridge", "AmazonEventBridgeException"),
}


def sdk_error(service: str, refusal: Refusal) -> sf._ExecutionError:
    """Return the failure of an `aws-sdk:<service>` task."""
    prefix = sf._AWS_SDK_ERROR_PREFIX.get(service, service.capitalize())
    name = _class_name(service, refusal.code) or f"{prefix}Exception"
    said = (
        f"{refusal.message} (Service: {prefix}, Status Code: {refusal.status}, "
        f"Request ID: {_request_id(service)}) (SDK Attempt Count: 1)"
    )
    return sf._ExecutionError(f"{prefix}.{name}", said)


def optimized_error(service: str, refusal: Refusal) -> sf._ExecutionError:
    """Return the failure of an optimized integration."""
    known = _OPTIMIZED[service]
    name = _class_name(service, refusal.code) or known.own
    said = (
        f"{refusal.message} (Service: {known.service}; Status Code: {refusal.status}; "
        f"Error Code: {_wire_code(service, refusal.code)}; Request ID: {sf.new_uuid()}; "
        "Proxy: null)"
    )
    return sf._ExecutionError(f"{known.prefix}.{name}", said)


def refusal_of(status: int, body: bytes | str | None) -> Refusal:
    """Return what a service's answer says, whatever protocol the service speaks."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body or ""
    said = _said_in_xml(text) if text.lstrip().startswith("<") else _said_in_json(text)
    code = str(said.get("__type") or said.get("Code") or _UNNAMED).rsplit("#", 1)[-1]
    return Refusal(status, code, str(said.get("message") or said.get("Message") or text))


def missing_members(service: str, action: str, parameters: Json) -> Refusal | None:
    """Return how the API refuses a request in which a member that must be there is null."""
    model = sf._service_model(_MODELS.get(service, service))
    if model is None or action not in model.operation_names or not isinstance(parameters, dict):
        return None
    given = {name.lower() for name, value in parameters.items() if value is not None}
    shape = model.operation_model(action).input_shape
    lacking = (
        [name for name in shape.required_members if name.lower() not in given] if shape else []
    )
    if not lacking:
        return None
    told = [
        f"Value null at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: "
        "Member must not be null"
        for name in lacking
    ]
    errors = "error" if len(told) == 1 else "errors"
    message = f"{len(told)} validation {errors} detected: {'; '.join(told)}"
    return Refusal(400, "ValidationException", message)


def _request_id(service: str) -> str:
    """Return the id of a request; S3 gives it two, of a form of their own."""
    if service != "s3":
        return str(sf.new_uuid())
    extended = base64.b64encode(secrets.token_bytes(57)).decode()
    return f"{secrets.token_hex(8).upper()}, Extended Request ID: {extended}"


def _said_in_xml(text: str) -> Document:
    found: Document = {}
    try:
        elements = list(ElementTree.fromstring(text).iter())
    except ElementTree.ParseError:
        return found
    for element in elements:
        found.setdefault(element.tag.rsplit("}", 1)[-1], element.text or "")
    return found


def _said_in_json(text: str) -> Document:
    try:
        said = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _class_name(service: str, code: str) -> str:
    """Return the SDK's exception class of an error code, or nothing when its model has none."""
    for name, known in _modelled(service).items():
        if code in {name, known}:
            return re.sub("(Exception|Fault)?$", "Exception", name, count=1)
    return ""


def _wire_code(service: str, code: str) -> str:
    return _modelled(service).get(code, code)


def _modelled(service: str) -> dict[str, str]:
    """Return the code on the wire of each error that the API's model names."""
    model = sf._service_model(_MODELS.get(service, service))
    if model is None:
        return {}
    return {
        shape.name: str(
            (shape.metadata.get("error") or {}).get("code")
            or _ON_THE_WIRE.get(shape.name, shape.name)
        )
        for shape in model.error_shapes
    }
