"""What a history tells, without the ids, names and times that no two executions share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bunsui_core.domain.history import read_failure
from bunsui_core.domain.value import Json
from tests.unit.corpus.recordings import events_of, observation_of

Document = dict[str, Json]

_VARYING = (
    (re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<digest>"),
    (re.compile(r"AQC[\w/+]{40,}=*"), "<token>"),
    (re.compile(r" \(SDK Attempt Count: \d+\)"), ""),
    (re.compile(r"(arn:aws:[a-z]+:[a-z0-9-]*:)\d{12}:"), r"\1<account>:"),
    (re.compile(r"/var/task/handler\.py|/[^\"\\ ]*/index\.py"), "<file>"),
    (re.compile(r"statemachine_create_and_record_execution_\w+|reenacted-\w+"), "<machine>"),
    (re.compile(r"(function|role)([:/])<?[\w-]+>?(-function)?(:\$LATEST)?"), r"\1\2<name>"),
    (re.compile(r"line \d+, in handler"), "line <n>, in handler"),
)
_NOT_COMPARED = {"AllHttpHeaders", "HttpHeaders", "roleArn"}


@dataclass(frozen=True)
class Outcome:
    """What a history tells; each field of each event with its value, JSON in texts read."""

    types: tuple[str, ...]
    chain: tuple[int, ...]
    path: tuple[str, ...]
    status: str
    redrive_status: str
    error: str
    cause: str
    values: tuple[str, ...]

    @property
    def told(self) -> tuple[object, ...]:
        """What must be the same: event types, state path, status, redrive status and error."""
        return (self.types, self.path, self.status, self.redrive_status, self.error)

    @property
    def lines(self) -> list[str]:
        """All of it, line by line, to be read and to be compared."""
        events = zip(self.types, self.chain, self.values, strict=True)
        return [
            *(f"{n:>3} after {a:<3} {kind} {v}" for n, (kind, a, v) in enumerate(events, 1)),
            f"path {list(self.path)}",
            f"status {self.status} {self.redrive_status}",
            f"error {self.error}",
            f"cause {self.cause}",
        ]


def outcome(row: Mapping[str, Json], redrive_status: str, names: Mapping[str, str]) -> Outcome:
    """What a recording, or an execution written down like one, tells.

    `names` gives the name that was recorded for a name of ours.
    """
    events, labels = row["events"], row["labels"]
    assert isinstance(events, list)
    assert isinstance(labels, dict)
    documents = [event for event in events if isinstance(event, dict)]
    failure = read_failure("job", observation_of(dict(row)), events_of(dict(row)))
    end = details_of(documents[-1])
    return Outcome(
        types=tuple(str(event["type"]) for event in documents),
        chain=tuple(int(str(event["previousEventId"])) for event in documents),
        path=failure.state_path if failure else (),
        status=str(labels["terminal_status"]),
        redrive_status=redrive_status,
        error=str(end.get("error") or ""),
        cause=_same_text(str(end.get("cause") or "")),
        values=tuple(_values(details_of(event), names) for event in documents),
    )


def details_of(event: Document) -> Document:
    """The one member of an event that carries what is particular to its type."""
    for name, value in event.items():
        if name.endswith("EventDetails") and isinstance(value, dict):
            return value
    return {}


def renamed(ours: Json, recorded: Json) -> Iterator[tuple[str, str]]:
    """Each text of our input that stands where the recorded input has another one."""
    if isinstance(ours, dict) and isinstance(recorded, dict):
        for name in ours.keys() & recorded.keys():
            yield from renamed(ours[name], recorded[name])
    elif isinstance(ours, list) and isinstance(recorded, list):
        for one, other in zip(ours, recorded, strict=True):
            yield from renamed(one, other)
    elif isinstance(ours, str) and isinstance(recorded, str) and ours != recorded:
        yield ours, recorded


def _values(details: Document, names: Mapping[str, str]) -> str:
    known: Document = {
        name: _read(value, {} if name == "cause" else names) for name, value in details.items()
    }
    return _same_text(
        json.dumps({k: v for k, v in known.items() if k not in _NOT_COMPARED}, sort_keys=True)
    )


def _read(value: Json, names: Mapping[str, str]) -> Json:
    """A value with the JSON in its texts read, and with recorded names in place of ours."""
    if isinstance(value, dict):
        return {k: _read(v, names) for k, v in value.items() if k not in _NOT_COMPARED}
    if isinstance(value, list):
        return [_read(item, names) for item in value]
    if not isinstance(value, str):
        return value
    try:
        inner = json.loads(value)
    except json.JSONDecodeError:
        return _same_text(names.get(value, value))
    if isinstance(inner, str):
        return json.dumps(_read(inner, names))
    return _read(inner, names) if isinstance(inner, dict | list) else names.get(value, value)


def _same_text(text: str) -> str:
    for pattern, instead in _VARYING:
        text = pattern.sub(instead, text)
    return text
