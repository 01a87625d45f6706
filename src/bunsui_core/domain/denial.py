"""What was denied to whom, read from the words of a failure."""

from __future__ import annotations

import re

from bunsui_core.domain.value import Value

_READ = 8_000
_DENIED = re.compile(
    r"assumed-role/(?P<role>[\w+=,.@-]{1,64})/\S{1,64} is not authorized to perform: "
    r"(?P<action>[\w-]{1,40}:\w{1,80})"
    r"(?: on (?:the )?resource: \"?(?P<resource>arn:[^\s\"]{1,600})\"?)?"
)
_CALLED = re.compile(
    r"\((?:AccessDenied|AccessDeniedException|Forbidden|403)\) when calling the (\w+) operation"
)
_BY_IDENTITY = re.compile(
    r"no identity-based policy allows|explicit deny in an identity-based policy", re.IGNORECASE
)
_S3 = frozenset({"GetObject", "PutObject", "DeleteObject", "HeadObject", "ListObjectsV2"})


class Denial(Value):
    """An action that AWS denied; what its words leave open is empty.

    `by_identity` says that policies of the role denied it, as opposed to others.
    """

    role: str = ""
    action: str = ""
    resource: str = ""
    by_identity: bool = False


def denial_of(words: str) -> Denial | None:
    """Return what the words of a failure say was denied, or nothing."""
    said = words[:_READ]
    by_identity = bool(_BY_IDENTITY.search(said))
    if told := _DENIED.search(said):
        return Denial(
            role=told["role"],
            action=told["action"],
            resource=told["resource"] or "",
            by_identity=by_identity,
        )
    if called := _CALLED.search(said):
        operation = called.group(1)
        action = f"s3:{operation.replace('Head', 'Get')}" if operation in _S3 else ""
        return Denial(action=action.replace("ListObjectsV2", "ListBucket"))
    return None
