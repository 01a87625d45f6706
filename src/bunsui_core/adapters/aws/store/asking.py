"""What an agent's process may send to the store: reads, and requests under an agent's key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bunsui_core.domain.asker import AGENT
from bunsui_core.domain.errors import NotAuthorised

if TYPE_CHECKING:
    from botocore.client import BaseClient

READS: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset({"GetItem", "Query", "BatchGetItem"}),
    "s3": frozenset({"GetObject"}),
}
"""What is always let through, by botocore's service id."""

_REQUEST = f"REQ#{AGENT}"
_PLANS = "plans/"


def asks_only(client: BaseClient) -> None:
    """Make a client of the store refuse, before anything is signed, what an agent may not do.

    That is a guard against mistakes; what an agent cannot do is decided by its credentials.
    """
    client.meta.events.register_first("provide-client-params", _check)


def _check(event_name: str, params: Mapping[str, object], **_sent: object) -> None:
    service, operation = [*event_name.split("."), "", ""][1:3]
    if operation in READS.get(service, frozenset()) or _asks(service, operation, params):
        return
    raise NotAuthorised(
        f"this process only reads the store and asks; {service}:{operation} is not its call.",
        "Decisions are made in `bunsui tui` or `bunsui approvals`, by a human.",
    )


def _asks(service: str, operation: str, params: Mapping[str, object]) -> bool:
    """Whether a call adds a request, or what is too long for one."""
    match service, operation, params:
        case "dynamodb", "PutItem", {"Item": {"pk": {"S": str(key)}}}:
            return key.startswith(_REQUEST)
        case "s3", "PutObject", {"Key": str(key), "IfNoneMatch": "*"}:
            return key.startswith(_PLANS)
    return False
