"""What a conductor that runs in AWS is woken for: an event, a sweep, a schedule's start."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TypeAlias

from pydantic import ValidationError

from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.heard import DETAIL_TYPE, SOURCE, told
from bunsui_core.domain.machine import ExecutionRow
from bunsui_core.domain.pipeline import Pipeline, PipelineName
from bunsui_core.domain.plan import Place
from bunsui_core.domain.session import JobRun, Session, SessionStatus
from bunsui_core.domain.value import Instant, Json, JsonText, Value, read_json

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ORDER = "bunsui"
"""The key that says what an order is: `sweep` or `start`."""


class Moved(Value):
    """The status of an execution changed; how it stands is asked of Step Functions."""

    row: ExecutionRow


class Sweep(Value):
    """Look at every session that is open: events are delivered at best effort."""


class ScheduledStart(Value):
    """Start a session of a pipeline, as it was when it was scheduled, for one moment."""

    pipeline: PipelineName
    graph_hash: str
    scheduled_at: Instant
    input: JsonText = "{}"


class Elsewhere(Value):
    """An event of something that is nobody's session, as of a child of a Map Run."""


Order: TypeAlias = Moved | Sweep | ScheduledStart | Elsewhere


def order_of(text: str) -> Order:
    """Return what a message asks for. Raises: BadInput when it is none of these."""
    try:
        document = read_json(text)
    except ValueError as error:
        raise BadInput(f"the message is not JSON: {error}.", _SEND) from error
    if not isinstance(document, dict):
        raise BadInput("the message is not an object.", _SEND)
    if document.get(_ORDER) == "sweep":
        return Sweep()
    if document.get(_ORDER) == "start":
        return _start(document)
    if (document.get("source"), document.get("detail-type")) == (SOURCE, DETAIL_TYPE):
        row = told("", text).row
        return Moved(row=row) if row else Elsewhere()
    raise BadInput("the message is neither an event of Step Functions nor an order.", _SEND)


def scheduled_id(start: ScheduledStart) -> str:
    """Return the id of the session that a start makes: delivered again, it makes the same."""
    moment = start.scheduled_at.astimezone(UTC).isoformat()
    named = "\0".join((start.pipeline, start.graph_hash, moment))
    number = int.from_bytes(hashlib.sha256(named.encode()).digest()[:10], "big")
    code = "".join(_ALPHABET[number >> 5 * place & 31] for place in range(12))
    return f"S{code[:6]}-{code[6:]}"


def scheduled_session(
    start: ScheduledStart, pipeline: Pipeline, place: Place, now: Instant
) -> Session:
    """Return the session that a schedule begins, before anything of it has started."""
    return Session(
        id=scheduled_id(start),
        pipeline=pipeline,
        environment=place.environment,
        account=place.account,
        region=place.region,
        input=start.input,
        runs=tuple(JobRun(job=job) for job in pipeline.order),
        status=SessionStatus.RUNNING,
        created_at=now,
        requested_by=f"schedule:{pipeline.name}",
    )


def _start(document: dict[str, Json]) -> ScheduledStart:
    given = document.get("input", {})
    try:
        return ScheduledStart.model_validate(
            {
                "pipeline": document.get("pipeline"),
                "graph_hash": document.get("graph_hash"),
                "scheduled_at": _moment(document.get("scheduled_time")),
                "input": given if isinstance(given, str) else json.dumps(given),
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"the start's {where} cannot be read: {first['msg']}.",
            "A start names pipeline, graph_hash and scheduled_time.",
        ) from error


def _moment(value: Json) -> datetime | None:
    """A moment as EventBridge Scheduler writes it, `2026-03-02T01:14:00Z`."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


_SEND = 'Send status events of Step Functions, {"bunsui": "sweep"} or {"bunsui": "start", …}.'
