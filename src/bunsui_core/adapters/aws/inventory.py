"""The things a failure may depend on: code, objects, definitions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.adapters.aws.executions import revision_of
from bunsui_core.domain.errors import BadInput, NotFound
from bunsui_core.domain.failure import Definition
from bunsui_core.ports.observe import CodeState, ObjectState

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

_SCHEME = "s3://"
_SETTINGS = (
    "Architectures",
    "Environment",
    "FileSystemConfigs",
    "Handler",
    "ImageConfigResponse",
    "Layers",
    "Role",
    "Runtime",
    "VpcConfig",
)
"""What is configured of a function and decides how it runs, its limits apart."""


class AwsInventory:
    """Reads the present state of functions, objects and machines."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def code(self, function: str) -> CodeState:
        """Return a function's state. Raises: NotFound, Unavailable."""
        with translated(f"function {function}"):
            found = self._clients.functions.get_function_configuration(FunctionName=function)
        return CodeState(
            function=found["FunctionName"],
            code_sha256=found["CodeSha256"],
            modified_at=datetime.strptime(found["LastModified"], "%Y-%m-%dT%H:%M:%S.%f%z"),
            settings=digest_of({name: found.get(name) for name in _SETTINGS}),
            limits=_limits(found),
            role=found.get("Role", ""),
            is_connected=bool(found.get("VpcConfig", {}).get("SubnetIds")),
        )

    def stored_object(self, uri: str) -> ObjectState:
        """Return the state of `s3://bucket/key`. Raises: BadInput, Unavailable."""
        bucket, _, key = uri.removeprefix(_SCHEME).partition("/")
        if not (uri.startswith(_SCHEME) and bucket and key):
            raise BadInput(f"{uri} is not the address of an object.", "Use s3://bucket/key.")
        try:
            with translated(uri):
                found = self._clients.objects.head_object(Bucket=bucket, Key=key)
        except NotFound:
            return ObjectState(uri=uri, etag="", modified_at=None)
        return ObjectState(
            uri=uri, etag=found["ETag"].strip('"'), modified_at=found["LastModified"]
        )

    def current_definition(self, machine: str) -> Definition:
        """Return the current definition of a machine. Raises: NotFound, Unavailable."""
        with translated(f"state machine {machine}"):
            found = self._clients.stepfunctions.describe_state_machine(stateMachineArn=machine)
        return Definition(
            machine=machine,
            definition=found["definition"],
            revision=revision_of(found.get("revisionId"), found["definition"]),
            updated_at=found["creationDate"],
            is_express=found["type"] == "EXPRESS",
        )

    def definition_revision(self, machine: str) -> str:
        """Return the current revision of a machine. Raises: NotFound, Unavailable."""
        return self.current_definition(machine).revision


def digest_of(found: Mapping[str, object]) -> str:
    """Return a digest that is another when any of the values is another; it shows none of them."""
    text = json.dumps(found, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _limits(found: FunctionConfigurationResponseTypeDef) -> str:
    disk = found.get("EphemeralStorage", {}).get("Size", 512)
    return f"{found.get('MemorySize')} MB, {found.get('Timeout')} s, {disk} MB of disk"
