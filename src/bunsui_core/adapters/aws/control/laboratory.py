"""The calls of a probe, which name what the probe made or change nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from threading import Lock
from typing import Any

from bunsui_core.adapters.aws.client import Access, make_client
from bunsui_core.adapters.aws.errors import code_of, translated
from bunsui_core.adapters.aws.quota import Prepare
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.probe import PREFIX, Answered
from bunsui_core.domain.value import Json

_STATES, _ROLES, _WHO = "stepfunctions", "iam", "sts"

_CALLS: Mapping[str, tuple[str, str, str]] = {
    "GetCallerIdentity": (_WHO, "get_caller_identity", ""),
    "ListStateMachines": (_STATES, "list_state_machines", ""),
    "CreateRole": (_ROLES, "create_role", "RoleName"),
    "DeleteRole": (_ROLES, "delete_role", "RoleName"),
    "CreateStateMachine": (_STATES, "create_state_machine", "name"),
    "UpdateStateMachine": (_STATES, "update_state_machine", "stateMachineArn"),
    "DeleteStateMachine": (_STATES, "delete_state_machine", "stateMachineArn"),
    "ListExecutions": (_STATES, "list_executions", "stateMachineArn"),
    "StartExecution": (_STATES, "start_execution", "stateMachineArn"),
    "StopExecution": (_STATES, "stop_execution", "executionArn"),
    "RedriveExecution": (_STATES, "redrive_execution", "executionArn"),
    "DescribeExecution": (_STATES, "describe_execution", "executionArn"),
    "GetExecutionHistory": (_STATES, "get_execution_history", "executionArn"),
    "DescribeStateMachineForExecution": (
        _STATES,
        "describe_state_machine_for_execution",
        "executionArn",
    ),
}
"""Each call that a probe makes: its service, method, and argument that names the probe's own."""

_NO_ANSWER = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Refusals that tell nothing of what was asked."""

_OWN = {
    "RoleName": PREFIX,
    "name": PREFIX,
    "stateMachineArn": f":stateMachine:{PREFIX}",
    "executionArn": f":execution:{PREFIX}",
}


class AwsLaboratory:
    """Asks AWS, and refuses by itself what is about anything but the probe's own.

    `prepare` makes each client keep within the account's quotas.
    """

    def __init__(self, access: Callable[[], Access], prepare: Prepare | None = None) -> None:
        self._access = access
        self._prepare = prepare
        self._lock = Lock()
        self._clients: dict[str, Any] = {}
        self._open = ExitStack()

    def ask(self, operation: str, arguments: Mapping[str, Json]) -> Answered:
        """Return what AWS answered, its refusal too.

        Raises: Refused when the call is about something else, Unavailable without an answer.
        """
        from botocore.exceptions import ClientError

        service, method, names = _known(operation)
        if names and not _is_own(names, arguments.get(names)):
            raise Refused(
                f"{operation} is about {arguments.get(names)}, which is not of a probe.",
                f"What a probe makes has a name that begins with {PREFIX}.",
            )
        call = getattr(self._client(service), method)
        with translated(operation):
            try:
                answer = call(**arguments)
            except ClientError as error:
                if code_of(error) in _NO_ANSWER:
                    raise
                said = error.response.get("Error", {}).get("Message", "")
                return Answered(operation=operation, code=code_of(error), message=said)
        answer.pop("ResponseMetadata", None)
        return Answered(operation=operation, document=_document(answer))

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            self._open.close()
            self._clients.clear()

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                client = make_client(service, self._access())
                self._open.callback(client.close)
                if self._prepare:
                    self._prepare(client)
                self._clients[service] = client
            return self._clients[service]


def _known(operation: str) -> tuple[str, str, str]:
    if operation not in _CALLS:
        raise Refused(f"a probe does not call {operation}.", "Make the call yourself.")
    return _CALLS[operation]


def _is_own(names: str, given: Json | None) -> bool:
    """Whether an argument names something of a probe; an ARN holds its name in its seventh part."""
    if not isinstance(given, str):
        return False
    mark = _OWN[names]
    if not mark.startswith(":"):
        return given.startswith(mark)
    _, kind, _ = mark.split(":")
    parts = given.split(":")
    return len(parts) > 6 and parts[5] == kind and parts[6].startswith(PREFIX)


def _document(value: Mapping[str, object]) -> dict[str, Json]:
    return {key: _json(one) for key, one in value.items()}


def _json(value: object) -> Json:
    """A value of boto3 as JSON: moments as text."""
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return {str(key): _json(one) for key, one in value.items()}
        case list():
            return [_json(one) for one in value]
        case bool() | int() | float() | str() | None:
            return value
    return str(value)
