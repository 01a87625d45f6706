"""Executions, as Step Functions reports them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from pydantic import ValidationError

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.definitions import Definitions
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.domain.errors import BadInput, NotAuthorised, NotFound
from bunsui_core.domain.failure import Definition, HistoryEvent, Observation
from bunsui_core.domain.session import JobStatus

_PAGE = 1000
"""Events a page, the most that GetExecutionHistory gives."""


class AwsExecutions:
    """Reads executions of state machines."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._definitions = Definitions()

    def describe(self, execution_arn: str) -> Observation:
        """Return the execution now. Raises: NotFound, Unavailable, BadInput."""
        with translated(f"execution {execution_arn}"):
            found = self._clients.stepfunctions.describe_execution(executionArn=execution_arn)
        with _readable(execution_arn):
            seen = Observation(
                execution_arn=found["executionArn"],
                status=_status(found["status"]),
                input=_optional(found, "input"),
                started_at=found["startDate"],
                redrive_count=found.get("redriveCount") or 0,
                redrive_status=found.get("redriveStatus", ""),
                redrive_status_reason=found.get("redriveStatusReason", ""),
                stopped_at=found.get("stopDate"),
                output=_optional(found, "output"),
                error=_text(found, "error"),
                cause=_text(found, "cause"),
            )
        self._definitions.began(seen)
        return seen

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Return all events, oldest first. Raises: NotFound, Unavailable."""
        with translated(f"history of {execution_arn}"):
            pages = self._clients.stepfunctions.get_paginator("get_execution_history").paginate(
                executionArn=execution_arn, PaginationConfig={"PageSize": _PAGE}
            )
            return tuple(event_of(event) for page in pages for event in page["events"])

    def definition(self, execution_arn: str) -> Definition:
        """Return the definition as of that execution. Raises: NotFound, Unavailable."""
        candidate = self._definitions.candidate(execution_arn)
        if candidate and (candidate.is_sure or self._is_still(candidate.definition, execution_arn)):
            return candidate.definition
        with translated(f"definition of {execution_arn}"):
            found = self._clients.stepfunctions.describe_state_machine_for_execution(
                executionArn=execution_arn
            )
        definition = Definition(
            machine=found["stateMachineArn"],
            definition=found["definition"],
            revision=revision_of(found.get("revisionId"), found["definition"]),
            updated_at=found["updateDate"],
        )
        self._definitions.put(definition, execution_arn)
        return definition

    def _is_still(self, known: Definition, execution_arn: str) -> bool:
        """Whether the machine has the same definition now as when the execution began."""
        try:
            with translated(f"state machine {known.machine}"):
                now = self._clients.stepfunctions.describe_state_machine(
                    stateMachineArn=known.machine
                )
        except (NotAuthorised, NotFound):
            return False
        revision = revision_of(now.get("revisionId"), now["definition"])
        return self._definitions.still(known.machine, revision, execution_arn)


@contextmanager
def _readable(execution_arn: str) -> Iterator[None]:
    """Say which execution holds what cannot be read. Raises: BadInput."""
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"the {where} of {execution_arn} cannot be read: {first['msg']}.",
            "Look at it in the console of AWS.",
        ) from error


def revision_of(revision_id: str | None, definition: str) -> str:
    """Return the revision id; a machine that was never updated has none, so its text's sha256."""
    return revision_id or f"sha256:{hashlib.sha256(definition.encode()).hexdigest()}"


def event_of(event: Mapping[str, object]) -> HistoryEvent:
    """Return one row of GetExecutionHistory as a value, whatever its type calls its details."""
    details = _details(event)
    assigned = details.get("assignedVariables")
    return HistoryEvent(
        id=_number(event.get("id")) or 0,
        previous_id=_number(event.get("previousEventId")) or 0,
        type=str(event.get("type")),
        at=_instant(event),
        name=_text(details, "name") or _text(details, "state"),
        input=_optional(details, "input"),
        output=_optional(details, "output"),
        error=_text(details, "error"),
        cause=_text(details, "cause"),
        resource=_text(details, "resource") or _text(details, "mapRunArn"),
        resource_type=_text(details, "resourceType"),
        parameters=_optional(details, "parameters"),
        index=_number(details.get("index")),
        length=_number(details.get("length")),
        assigned=json.dumps(assigned) if assigned else None,
    )


def _details(event: Mapping[str, object]) -> Mapping[str, object]:
    found = (value for name, value in event.items() if name.endswith("EventDetails"))
    return next((value for value in found if isinstance(value, dict)), {})


def _status(word: str) -> JobStatus:
    return JobStatus.RUNNING if word == "PENDING_REDRIVE" else JobStatus(word)


def _instant(event: Mapping[str, object]) -> datetime:
    at = event.get("timestamp")
    if not isinstance(at, datetime):
        raise TypeError(f"event {event.get('id')} has no timestamp")
    return at


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def whole(text: str) -> str:
    """Return a text without half characters, which JSON can hold and no file can."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def _optional(details: Mapping[str, object], name: str) -> str | None:
    value = details.get(name)
    return whole(value) if isinstance(value, str) else None


def _text(details: Mapping[str, object], name: str) -> str:
    return _optional(details, name) or ""
