"""What AWS recorded of an execution, and what somebody who plays it again must get."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bunsui_core.domain.value import Json
from tests.emulator.implied import IMPLIED
from tests.emulator.outcome import Document, Outcome, details_of, outcome
from tests.unit.corpus.recordings import recordings

REDRIVABLE = {"FAILED", "TIMED_OUT", "ABORTED"}
"""The statuses that RedriveExecution accepts, from the Step Functions developer guide."""

CANNOT = {
    "ls-test-sfn-scenarios-testfundamental-test-step-functions-calling-api-gateway-aadfea": (
        "its definition was not recorded, and no API Gateway runs here"
    ),
}
"""The recordings that cannot be played again, with the reason."""


@dataclass(frozen=True)
class Recording:
    """A failing execution as AWS recorded it."""

    id: str
    definition: Document
    is_implied: bool
    input: Json
    events: tuple[Document, ...]
    outcome: Outcome

    @property
    def code(self) -> str:
        """The six digits that end its name."""
        return code_of(self.id)

    @property
    def recorded_input(self) -> Json:
        """The input that its first event tells."""
        given: Json = json.loads(str(details_of(self.events[0])["input"]))
        return given

    def details(self, *types: str) -> list[Document]:
        """The details of its events of some types, in order."""
        return [details_of(event) for event in self.events if event["type"] in types]


def code_of(name: str) -> str:
    """The six digits that end the name of a recording."""
    return name.rsplit("-", 1)[-1]


def recorded_failures() -> list[Recording]:
    """Every history of the corpus that AWS recorded, rather than somebody composed."""
    return [_recording(row) for row in recordings() if str(row["id"]).startswith("ls-")]


def _recording(row: dict[str, Json]) -> Recording:
    events, labels, definition = row["events"], row["labels"], row.get("definition")
    assert isinstance(events, list)
    assert isinstance(labels, dict)
    documents: Sequence[Document] = [event for event in events if isinstance(event, dict)]
    given = row.get("execution_input") or details_of(documents[0])["input"]
    name = str(row["id"])
    redrivable = labels["terminal_status"] in REDRIVABLE
    return Recording(
        id=name,
        definition=definition if isinstance(definition, dict) else IMPLIED.get(code_of(name), {}),
        is_implied=definition is None,
        input=json.loads(given) if isinstance(given, str) else given,
        events=tuple(documents),
        outcome=outcome(row, "REDRIVABLE" if redrivable else "NOT_REDRIVABLE", {}),
    )
