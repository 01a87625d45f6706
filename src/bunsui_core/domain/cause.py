"""Read the words in which an operation failed, whatever document they came in."""

from __future__ import annotations

import json
import re
from enum import StrEnum

from bunsui_core.domain.container_task import containers_of, task_of
from bunsui_core.domain.failure import ContainerTask
from bunsui_core.domain.value import Json, Value

_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_NAMED_REQUEST = re.compile(rf"request\s?id:?\s*({_UUID})", re.IGNORECASE)
_ANY_UUID = re.compile(rf"\b({_UUID})\b")
_FIELD = r'"{name}"\s*:\s*(?:"((?:[^"\\]|\\.)*)|(-?\d+))'
_FIELDS = (
    "errorMessage",
    "errorType",
    "requestId",
    "ExecutionArn",
    "Error",
    "Cause",
    "StoppedReason",
    "StopCode",
    "TaskArn",
    "TaskDefinitionArn",
    "LaunchType",
    "ExitCode",
    "Reason",
)
_DEPTH = 8
"""Documents in documents that are followed; a nested execution adds one."""


class CauseKind(StrEnum):
    """Who wrote the document."""

    TEXT = "text"
    LAMBDA = "lambda"
    ECS = "ecs"
    EXECUTION = "execution"


class Cause(Value):
    """What a cause says: its innermost message and exception; `children` are outermost first."""

    kind: CauseKind
    message: str
    exception: str = ""
    request_id: str = ""
    stack: tuple[str, ...] = ()
    task: ContainerTask | None = None
    children: tuple[str, ...] = ()
    truncated: bool = False


def read_cause(error: str, text: str) -> Cause:
    """Return what a cause says; a document that was cut in the middle is read as far as it goes.

    Step Functions cuts causes at 32,768 characters (API reference, `HistoryEvent`).
    """
    return _read(error, text, _DEPTH)


def request_id_in(text: str) -> str:
    """Return the request id a text names, else its first UUID, else nothing."""
    found = _NAMED_REQUEST.search(text) or _ANY_UUID.search(text)
    return found.group(1).lower() if found else ""


def _read(error: str, text: str, depth: int) -> Cause:
    fields, truncated = _document(text)
    if "errorMessage" in fields or "errorType" in fields:
        return _lambda(error, fields, truncated)
    if "ExecutionArn" in fields and depth:
        return _execution(error, fields, truncated, depth)
    if "StoppedReason" in fields or "StopCode" in fields or "TaskArn" in fields:
        return _ecs(error, fields, truncated)
    return Cause(
        kind=CauseKind.TEXT,
        message=_text(fields, "message") or _text(fields, "Message") or text,
        exception=error,
        request_id=request_id_in(text),
        truncated=truncated,
    )


def _document(text: str) -> tuple[dict[str, Json], bool]:
    if not text.lstrip().startswith("{"):
        return {}, False
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {name: value for name in _FIELDS for value in _cut(name, text)}, True
    return (found if isinstance(found, dict) else {}), False


def _cut(name: str, text: str) -> list[Json]:
    found = re.search(_FIELD.format(name=name), text)
    if found is None:
        return []
    if found.group(2):
        return [int(found.group(2))]
    body = found.group(1)
    for end in range(len(body), max(len(body) - 7, -1), -1):  # a cut escape is at most \uXXXX
        try:
            return [str(json.loads(f'"{body[:end]}"'))]
        except ValueError:
            continue
    return [body]


def _text(fields: dict[str, Json], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _lambda(error: str, fields: dict[str, Json], truncated: bool) -> Cause:
    message = _text(fields, "errorMessage")
    stack = fields.get("stackTrace")
    lines = stack if isinstance(stack, list) else []
    return Cause(
        kind=CauseKind.LAMBDA,
        message=message,
        exception=_text(fields, "errorType") or error,
        request_id=_text(fields, "requestId").lower() or request_id_in(message),
        stack=tuple(str(line) for line in lines),
        truncated=truncated,
    )


def _execution(error: str, fields: dict[str, Json], truncated: bool, depth: int) -> Cause:
    inner_error = _text(fields, "Error") or error
    inner = _read(inner_error, _text(fields, "Cause"), depth - 1)
    return inner.model_copy(
        update={
            "kind": CauseKind.EXECUTION,
            "children": (_text(fields, "ExecutionArn"), *inner.children),
            "message": inner.message or f"nested execution failed with {inner_error}",
            "truncated": truncated or inner.truncated,
        }
    )


def _ecs(error: str, fields: dict[str, Json], truncated: bool) -> Cause:
    task = task_of(fields)
    rows = containers_of(fields) or [fields]
    reasons = [_text(fields, "StoppedReason"), *(_text(row, "Reason") for row in rows)]
    told = [r for i, r in enumerate(reasons) if r and r not in reasons[:i]]
    if task.exit_code is not None:
        told.append(f"exit code {task.exit_code}")
    return Cause(
        kind=CauseKind.ECS,
        message="; ".join(told) or error,
        exception=error,
        task=task,
        truncated=truncated,
    )
