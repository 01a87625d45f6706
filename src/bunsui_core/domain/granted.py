"""Whether policies grant an action, as far as their own text tells.

Only what is plain is claimed: a condition, a variable or an unknown resource leaves it open.
IAM User Guide, "Policy evaluation logic".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache

from bunsui_core.domain.value import Json, read_json


class Grant(StrEnum):
    """What policies say about one action on one resource."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "not allowed"
    FORBIDDEN = "forbidden"
    OPEN = "open"


def grant(policies: Iterable[str], action: str, resource: str, boundary: str | None) -> Grant:
    """Return what a role's policies, within its boundary, say about an action.

    A resource that is not known is the empty text: then only what speaks of every resource tells.
    """
    own = _said(policies, action, resource)
    if boundary is None or own is not Grant.ALLOWED:
        return own
    within = _said([boundary], action, resource)
    return Grant.FORBIDDEN if within is Grant.NOT_ALLOWED else within


_READING = (
    "athena:GetQueryResults",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "elasticfilesystem:ClientMount",
    "kinesis:GetRecords",
    "lambda:InvokeFunction",
    "rds-data:ExecuteStatement",
    "redshift-data:GetStatementResult",
    "s3:GetObject",
    "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "ssm:GetParameter",
)


def readable(policies: Iterable[str], boundary: str | None) -> tuple[str, ...]:
    """Return the services out of which policies let data be read, of something at least."""
    texts = tuple(policies)
    closed = {Grant.NOT_ALLOWED, Grant.FORBIDDEN}
    found = (one for one in _READING if grant(texts, one, "", boundary) not in closed)
    return tuple(dict.fromkeys(one.partition(":")[0] for one in found))


def _said(policies: Iterable[str], action: str, resource: str) -> Grant:
    allows: bool | None = False
    denies: bool | None = False
    for statement in (one for text in policies for one in _statements(text)):
        about = _is_about(statement, action, resource)
        if about is False:
            continue
        sure = about is True and not statement.get("Condition")
        if statement.get("Effect") == "Deny":
            denies = True if sure else (denies or None)
        elif statement.get("Effect") == "Allow":
            allows = True if sure else (allows or None)
    if denies is True:
        return Grant.FORBIDDEN
    if allows is False:
        return Grant.NOT_ALLOWED
    return Grant.ALLOWED if allows and denies is False else Grant.OPEN


def _statements(text: str) -> Iterator[dict[str, Json]]:
    try:
        document = read_json(text)
    except ValueError:
        return
    found = document.get("Statement") if isinstance(document, dict) else None
    for statement in found if isinstance(found, list) else [found]:
        if isinstance(statement, dict):
            yield statement


def _is_about(statement: dict[str, Json], action: str, resource: str) -> bool | None:
    """Whether a statement speaks of the action on the resource; None where that is open."""
    if not _names_action(statement, action):
        return False
    named = _texts(statement.get("Resource"))
    excepted = _texts(statement.get("NotResource"))
    if "*" in named or not (named or excepted):
        return True
    if not resource or any("${" in one for one in (*named, *excepted)):
        return None
    if excepted:
        return not any(_like(resource, one) for one in excepted)
    return any(_like(resource, one) for one in named)


def _names_action(statement: dict[str, Json], action: str) -> bool:
    named, excepted = _texts(statement.get("Action")), _texts(statement.get("NotAction"))
    if named:
        return any(_like(action.lower(), one.lower()) for one in named)
    return bool(excepted) and not any(_like(action.lower(), one.lower()) for one in excepted)


def _texts(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _like(text: str, pattern: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"([*?])", pattern)
    signs = {"*": ".*", "?": "."}
    return re.compile("".join(signs.get(part, re.escape(part)) for part in parts), re.DOTALL)
