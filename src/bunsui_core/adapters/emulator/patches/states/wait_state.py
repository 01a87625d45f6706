"""A Wait state: for seconds or until a moment, and no longer than its execution is open."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import (
    evaluation,
    fields,
    history,
    outcome,
    templates,
    waiting,
)
from bunsui_core.adapters.emulator.patches.states.evaluation import Scope, is_jsonata
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})")
_MOST_SECONDS = 99_999_999


def execute(state: Document, data: Json, context: Document) -> tuple[Json, str | None]:
    """Wait as a Wait state says and return its output and the next state."""
    if is_jsonata(state, context):
        seconds = _evaluated_seconds(state, Scope(data, context))
    else:
        seconds = _read_seconds(state, fields.effective(state, data, context), context)
    pause(seconds)
    following: str | None = sf._next_or_end(state)
    return fields.passed(state, data, context), following


def pause(seconds: float) -> None:
    """Wait, at the pace of the embedded AWS, while this thread may move its execution.

    Raises:
        history.Closed: the execution, or this branch of it, was closed meanwhile.
    """
    strand = history.strand()
    paced = seconds * sf._SFN_WAIT_SCALE
    if strand is None:
        sf._scaled_sleep(seconds)
        return
    if paced > 0:
        topic = str(strand.execution["executionArn"])
        waiting.wait_until(lambda: not strand.is_open, time.monotonic() + paced, (topic,))
    if not strand.is_open:
        raise history.Closed


def moment(value: Json) -> datetime | None:
    """Return the moment that a text names with its date, time and zone, as AWS reads it."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _evaluated_seconds(state: Document, scope: Scope) -> float:
    if "Seconds" in state:
        seconds = evaluation.typed(state, "Seconds", "number", scope)
        assert isinstance(seconds, int | float)
        if seconds != int(seconds):
            said = f"The Seconds field cannot be parsed as an integer: {history.text(seconds)}"
            raise outcome.evaluation("Seconds", said)
        if seconds < 0:
            said = f"Seconds cannot be negative but was: {history.text(seconds)}"
            raise outcome.evaluation("Seconds", said)
        return seconds
    text = evaluation.typed(state, "Timestamp", "string", scope)
    until = moment(text)
    if until is None:
        raise outcome.evaluation(
            "Timestamp",
            "The Timestamp field cannot be parsed as an ISO-8601 extended offset "
            f"date-time format string: {text}",
        )
    return _seconds_until(until)


def _read_seconds(state: Document, data: Json, context: Document) -> float:
    if "SecondsPath" in state:
        path = str(state["SecondsPath"])
        return _seconds_at(path, templates.read(path, data, context))
    if "TimestampPath" in state:
        path = str(state["TimestampPath"])
        text = templates.read(path, data, context)
        until = moment(text)
        if until is None:
            shown = text if isinstance(text, str) else history.text(text)
            raise outcome.runtime(
                "The TimestampPath parameter does not reference a valid ISO-8601 extended offset "
                f"date-time format string: {path} == {shown}"
            )
        return _seconds_until(until)
    if "Timestamp" in state:
        until = moment(state["Timestamp"])
        return _seconds_until(until) if until else 0.0
    seconds = state.get("Seconds", 0)
    return float(seconds) if isinstance(seconds, int | float) else 0.0


def _seconds_at(path: str, seconds: Json) -> float:
    said = f"{path} == {history.text(seconds)}"
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise outcome.runtime(f"The SecondsPath parameter cannot be parsed as a long value: {said}")
    if seconds < 0:
        raise outcome.runtime(f"The SecondsPath parameter references a negative value: {said}")
    if seconds > _MOST_SECONDS:
        raise outcome.runtime(
            f"The SecondsPath parameter references a value larger than {_MOST_SECONDS}: {said}"
        )
    return float(seconds)


def _seconds_until(until: datetime) -> float:
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
