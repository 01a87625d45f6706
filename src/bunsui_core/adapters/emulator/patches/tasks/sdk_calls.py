"""The calls of `aws-sdk:` tasks, whose failures read as AWS's SDK words them."""

from __future__ import annotations

from contextvars import ContextVar

from ministack import app
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.tasks.service_errors import (
    Refusal,
    missing_members,
    refusal_of,
    sdk_error,
)
from bunsui_core.domain.value import Json

_VALIDATED_FIRST = frozenset({"dynamodb", "sfn"})
_refused: ContextVar[Refusal | None] = ContextVar("bunsui_refused", default=None)


def install() -> None:
    """Word the failures of `aws-sdk:` tasks as AWS does."""
    anchor.require(sf._invoke_aws_sdk_integration, "59a970e1a7c06cbe")
    anchor.require(app.call_service_handler_sync, "64e0d7e635005816")
    invoke, handle = sf._invoke_aws_sdk_integration, app.call_service_handler_sync

    def heard(*request: object, **more: object) -> tuple[int, object, bytes | str]:
        status, headers, body = handle(*request, **more)
        _refused.set(refusal_of(status, body) if status >= 400 else None)
        return status, headers, body

    def call(resource: str, parameters: Json) -> Json:
        service, action = _named(resource)
        if service in _VALIDATED_FIRST and (early := missing_members(service, action, parameters)):
            raise sdk_error(service, early)
        _refused.set(None)
        try:
            result: Json = invoke(resource, parameters)
        except sf._ExecutionError as failure:
            if refusal := _refused.get():
                raise sdk_error(service, refusal) from failure
            raise
        return result

    app.call_service_handler_sync = heard
    sf._invoke_aws_sdk_integration = call


def _named(resource: str) -> tuple[str, str]:
    """Return the service and the API operation that a Resource names."""
    _, _, tail = resource.partition("aws-sdk:")
    service, _, action = tail.partition(":")
    action = action.partition(".")[0]
    return service.lower(), f"{action[:1].upper()}{action[1:]}"
