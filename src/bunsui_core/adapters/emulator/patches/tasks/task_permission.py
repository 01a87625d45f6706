"""The permission that a Task's call needs, as a request to the service that it calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ministack.core import iam_actions
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.identity.iam_request import Check, Request
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.tasks.integration import Call
from bunsui_core.domain.value import Json

_OPTIMIZED = "arn:aws:states:::"
_SDK = f"{_OPTIMIZED}aws-sdk:"
_BARE = "arn:aws:lambda:"
_SERVICES = {
    "sfn": "states",
    "eventbridge": "events",
    "cloudwatchlogs": "logs",
    "cloudwatch": "monitoring",
}
# Operations whose permission has another name.
_ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:HeadObject": "s3:GetObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CopyObject": "s3:PutObject",
}
# Services whose members begin with a small letter, where Step Functions writes a capital one.
_SMALL = {"states", "ecs", "logs"}


@dataclass(frozen=True)
class Needed:
    """A permission: the service, its check, and the request that the check belongs to.

    `is_optimized` tells whether Step Functions calls the service in a way of its own, which
    decides how a refusal reads.
    """

    service: str
    check: Check
    request: Request
    is_optimized: bool


def needed(call: Call) -> Needed | None:
    """Return the permission that a call needs; calls of activities need none."""
    if call.resource.startswith(_BARE):
        return _needed("lambda", "Invoke", {"FunctionName": call.resource}, is_optimized=True)
    is_sdk = call.resource.startswith(_SDK)
    prefix = _SDK if is_sdk else _OPTIMIZED
    if call.events.is_activity or not call.resource.startswith(prefix):
        return None
    named, _, operation = call.resource.removeprefix(prefix).partition(":")
    operation = operation.partition(".")[0]
    parameters = call.parameters if isinstance(call.parameters, dict) else {}
    service = _SERVICES.get(named.lower(), named.lower())
    return _needed(service, operation, parameters, is_optimized=not is_sdk)


def _needed(service: str, operation: str, parameters: Document, *, is_optimized: bool) -> Needed:
    operation = f"{operation[:1].upper()}{operation[1:]}"
    space = iam_actions.SERVICE_TO_IAM_NAMESPACE.get(service, service)
    action = _ACTIONS.get(f"{service}:{operation}", f"{space}:{operation}")
    sent = _small(parameters) if service in _SMALL else parameters
    request = Request(service, action, {}, json.dumps(sent).encode(), {})
    check = Check(action, _RESOURCES.get(service, _by_body)(request))
    return Needed(service, check, request, is_optimized)


def _small(value: Json) -> Json:
    if isinstance(value, list):
        return [_small(one) for one in value]
    if isinstance(value, dict):
        return {f"{name[:1].lower()}{name[1:]}": _small(inner) for name, inner in value.items()}
    return value


def _function(request: Request) -> str:
    name, qualifier = request.text("FunctionName"), request.text("Qualifier")
    place = f"arn:aws:lambda:{sf.get_region()}:{sf.get_account_id()}:function"
    if not name.startswith("arn:"):
        name = f"{place}:{name.rpartition('function:')[2]}"
    return f"{name}:{qualifier}" if qualifier and name.count(":") < len("1234567") else name


def _object(request: Request) -> str:
    bucket, key = request.text("Bucket"), request.text("Key")
    place = f"arn:aws:s3:::{bucket}"
    if key:
        return f"{place}/{key}"
    return f"{place}/*" if request.operation == "DeleteObject" else place if bucket else "*"


def _topic(request: Request) -> str:
    return request.text("TopicArn", "TargetArn") or "*"


def _by_body(request: Request) -> str:
    account, region = sf.get_account_id(), sf.get_region()
    found = iam_actions.extract_resource_arn(
        request.service, "POST", "/", {}, request.body, {}, region, account
    )
    return str(found)


_RESOURCES: Mapping[str, Callable[[Request], str]] = {
    "lambda": _function,
    "s3": _object,
    "sns": _topic,
}
