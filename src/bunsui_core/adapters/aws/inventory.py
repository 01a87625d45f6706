"""The things a failure may depend on: code, objects, definitions."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.adapters.aws.executions import revision_of
from bunsui_core.domain.errors import BadInput, NotFound
from bunsui_core.domain.failure import Definition
from bunsui_core.ports.observe import CodeState, ObjectState

_SCHEME = "s3://"


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
        )

    def definition_revision(self, machine: str) -> str:
        """Return the current revision of a machine. Raises: NotFound, Unavailable."""
        return self.current_definition(machine).revision
