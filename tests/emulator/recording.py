"""What AWS recorded of an execution, and what somebody who plays it again must get."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bunsui_core.domain.history import read_failure
from bunsui_core.domain.value import Json
from tests.unit.corpus.recordings import events_of, observation_of, recordings

Document = dict[str, Json]

REDRIVABLE = {"FAILED", "TIMED_OUT", "ABORTED"}
"""The statuses that RedriveExecution accepts, from the Step Functions developer guide."""

CANNOT = {
    "ls-test-ecs-task-service-testtaskserviceecs-test-run-task-sync-raise-failure-753f82": (
        "its definition was not recorded"
    ),
    "ls-test-sfn-scenarios-testfundamental-test-step-functions-calling-api-gateway-aadfea": (
        "its definition was not recorded, and no API Gateway runs here"
    ),
    "ls-test-sfn-scenarios-testfundamental-test-wait-for-callback-8831aa": (
        "its definition was not recorded"
    ),
}
"""The recordings that cannot be played again, with the reason."""

_VARYING = (
    (re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"), "<id>"),
    (re.compile(r" \(SDK Attempt Count: \d+\)"), ""),
    (re.compile(r"(arn:aws:[a-z]+:[a-z0-9-]*:)\d{12}:"), r"\1<account>:"),
    (re.compile(r"/var/task/handler\.py|/[^\"\\ ]*/index\.py"), "<file>"),
    (re.compile(r"statemachine_create_and_record_execution_\w+|reenacted-\w+"), "<machine>"),
    (re.compile(r"(function|role)([:/])[\w-]+(:\$LATEST)?"), r"\1\2<name>"),
    (re.compile(r"line \d+, in handler"), "line <n>, in handler"),
)


@dataclass(frozen=True)
class Recording:
    """A failing execution as AWS recorded it."""

    id: str
    definition: Document
    input: Json
    events: tuple[Document, ...]
    outcome: Outcome

    @property
    def code(self) -> str:
        """The six digits that end its name."""
        return self.id.rsplit("-", 1)[-1]

    def details(self, *types: str) -> list[Document]:
        """The details of its events of some types, in order."""
        return [details_of(event) for event in self.events if event["type"] in types]


@dataclass(frozen=True)
class Outcome:
    """What a history tells, without the ids and times that no two executions share."""

    types: tuple[str, ...]
    chain: tuple[int, ...]
    path: tuple[str, ...]
    status: str
    redrive_status: str
    error: str
    cause: str
    fields: tuple[tuple[str, ...], ...]

    @property
    def told(self) -> tuple[object, ...]:
        """What must be the same: event types, state path, status, redrive status and error."""
        return (self.types, self.path, self.status, self.redrive_status, self.error)


def recorded_failures() -> list[Recording]:
    """Every history of the corpus that AWS recorded, rather than somebody composed."""
    return [_recording(row) for row in recordings() if str(row["id"]).startswith("ls-")]


def outcome(row: Mapping[str, Json], redrive_status: str) -> Outcome:
    """What a recording, or an execution written down like one, tells."""
    events = row["events"]
    assert isinstance(events, list)
    documents = [event for event in events if isinstance(event, dict)]
    failure = read_failure("job", observation_of(dict(row)), events_of(dict(row)))
    end = details_of(documents[-1])
    return Outcome(
        types=tuple(str(event["type"]) for event in documents),
        chain=tuple(int(str(event["previousEventId"])) for event in documents),
        path=failure.state_path if failure else (),
        status=str(_labels(row)["terminal_status"]),
        redrive_status=redrive_status,
        error=str(end.get("error") or ""),
        cause=same_text(str(end.get("cause") or "")),
        fields=tuple(tuple(sorted(details_of(event))) for event in documents),
    )


def details_of(event: Document) -> Document:
    """The one member of an event that carries what is particular to its type."""
    for name, value in event.items():
        if name.endswith("EventDetails") and isinstance(value, dict):
            return value
    return {}


def same_text(text: str) -> str:
    """A text without what differs between two executions of one machine."""
    for pattern, instead in _VARYING:
        text = pattern.sub(instead, text)
    return text


def _recording(row: dict[str, Json]) -> Recording:
    events = row["events"]
    definition = row.get("definition")
    assert isinstance(events, list)
    documents: Sequence[Document] = [event for event in events if isinstance(event, dict)]
    given = row.get("execution_input") or details_of(documents[0])["input"]
    status = str(_labels(row)["terminal_status"])
    return Recording(
        id=str(row["id"]),
        definition=definition if isinstance(definition, dict) else {},
        input=json.loads(given) if isinstance(given, str) else given,
        events=tuple(documents),
        outcome=outcome(row, "REDRIVABLE" if status in REDRIVABLE else "NOT_REDRIVABLE"),
    )


def _labels(row: Mapping[str, Json]) -> Document:
    labels = row["labels"]
    assert isinstance(labels, dict)
    return labels
