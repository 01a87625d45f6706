"""How the services that pipelines use speak on the wire, without reading their whole models.

A model costs a tenth of a second and megabytes; two words of it are needed for each answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from ministack.core import responses

from bunsui_core.adapters.emulator.patches import anchor

PROTOCOLS: Mapping[str, Mapping[str, str]] = {
    "cloudformation": {"protocol": "query"},
    "dynamodb": {"protocol": "json", "jsonVersion": "1.0"},
    "ecr": {"protocol": "json", "jsonVersion": "1.1"},
    "ecs": {"protocol": "json", "jsonVersion": "1.1"},
    "events": {"protocol": "json", "jsonVersion": "1.1"},
    "iam": {"protocol": "query"},
    "kms": {"protocol": "json", "jsonVersion": "1.1"},
    "lambda": {"protocol": "rest-json"},
    "logs": {"protocol": "json", "jsonVersion": "1.1"},
    "s3": {"protocol": "rest-xml"},
    "scheduler": {"protocol": "rest-json"},
    "secretsmanager": {"protocol": "json", "jsonVersion": "1.1"},
    "sns": {"protocol": "query"},
    "sqs": {"protocol": "json", "jsonVersion": "1.0"},
    "ssm": {"protocol": "json", "jsonVersion": "1.1"},
    "states": {"protocol": "json", "jsonVersion": "1.0"},
    "sts": {"protocol": "query"},
}
"""What the AWS API models say of each service, by MiniStack's name for it."""

_MODELS = {name: SimpleNamespace(metadata=metadata) for name, metadata in PROTOCOLS.items()}


def install() -> None:
    """Answer with the content types of these services without loading botocore."""
    anchor.require(responses._service_model, "19fff93e5fdb9417")
    anchor.require(responses._expected_envelope_content_type, "6379abdff09edcd0")
    load = responses._service_model

    def service_model(service: str) -> object:
        return _MODELS.get(service) or load(service)

    responses._service_model = service_model
