"""Tasks that read or write an item of a DynamoDB table."""

from __future__ import annotations

import json

from ministack.services import dynamodb

from bunsui_core.adapters.emulator.patches.tasks import integration
from bunsui_core.adapters.emulator.patches.tasks.integration import Call
from bunsui_core.adapters.emulator.patches.tasks.service_answer import with_metadata
from bunsui_core.adapters.emulator.patches.tasks.service_errors import (
    missing_members,
    optimized_error,
    refusal_of,
)
from bunsui_core.domain.value import Json

_OPERATIONS = {
    "putItem": dynamodb._put_item,
    "getItem": dynamodb._get_item,
    "deleteItem": dynamodb._delete_item,
    "updateItem": dynamodb._update_item,
}


def call_table(call: Call) -> Json:
    """Do what the task asks of a table and return what DynamoDB answered."""
    name = call.resource.rsplit(":", 1)[-1]
    action = f"{name[:1].upper()}{name[1:]}"
    if refusal := missing_members("dynamodb", action, call.parameters):
        raise optimized_error("dynamodb", refusal)
    status, _, body = _OPERATIONS[name](call.parameters)
    if status >= 400:
        raise optimized_error("dynamodb", refusal_of(status, body))
    return with_metadata(json.loads(body) if body else {})


def install() -> None:
    """Let Tasks reach tables as Step Functions reaches them."""
    for name in _OPERATIONS:
        integration.register(f"arn:aws:states:::dynamodb:{name}", call_table)
