"""An agent's desk over a real store in a folder and a fake Step Functions."""

from __future__ import annotations

import json
from pathlib import Path

from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.failure import HistoryEvent, LogLine
from bunsui_core.domain.session import Session
from bunsui_core.ports.observe import CodeState, LogWindow, ObjectState, Seeing
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import reader, store
from tests.builders import (
    ACCOUNT,
    INPUT,
    NOW,
    REGION,
    a_pipeline,
    a_session,
    execution,
    later,
)
from tests.fakes import Clock, FakeInventory, FakeStepFunctions

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders-extract"
LAMBDA_REQUEST = "5f0c8a5e-0d3b-4a57-9d43-0a4b7a0c4f11"


class SpokenLogs:
    """Operations that logged the lines they are given, or fail when they are read."""

    def __init__(self) -> None:
        self.spoken: tuple[LogLine, ...] = ()
        self.fails_with: Exception | None = None

    def lines(self, window: LogWindow, limit: int) -> tuple[LogLine, ...]:
        """Return the lines."""
        del window
        if self.fails_with:
            raise self.fails_with
        return self.spoken[:limit]


class OldInventory(FakeInventory):
    """Functions and objects that are there and did not change since the job failed."""

    def code(self, function: str) -> CodeState:
        """Return a function deployed the day before."""
        return CodeState(function=function, code_sha256="0" * 64, modified_at=later(days=-1))

    def stored_object(self, uri: str) -> ObjectState:
        """Return an object written the day before."""
        return ObjectState(uri=uri, etag="e", modified_at=later(days=-1))


class LambdaWorld(FakeStepFunctions):
    """Executions that failed in one Lambda function, in the words they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.cause = json.dumps(
            {
                "errorMessage": "ThrottlingException: Rate exceeded",
                "errorType": "ClientError",
                "requestId": LAMBDA_REQUEST,
                "stackTrace": [],
            }
        )

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Return how the only state was entered and its function failed."""
        self._find(execution_arn)
        told = {"error": "ClientError", "cause": self.cause}
        events: list[dict[str, object]] = [
            {"type": "ExecutionStarted", "input": INPUT},
            {"type": "TaskStateEntered", "name": "Extract", "input": INPUT},
            {"type": "LambdaFunctionScheduled", "resource": FUNCTION},
            {"type": "LambdaFunctionFailed", **told},
            {"type": "ExecutionFailed", **told},
        ]
        return tuple(
            HistoryEvent.model_validate({"id": n, "previous_id": n - 1, "at": NOW, **event})
            for n, event in enumerate(events, 1)
        )


class Home:
    """A store with one failed session, and a desk for an agent over it."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(home=folder)
        create(self.settings.store_path, self.settings.inbox_path)
        self.clock = Clock(later(minutes=3))
        self.world = LambdaWorld()
        self.logs = SpokenLogs()
        self.inventory = OldInventory()
        self.writing = store(self.settings, StoreWriter(self.settings.store_path, ACCOUNT, REGION))
        self.writing.heartbeat.beat(self.clock())
        self.writing.pipelines.put(a_pipeline())
        self.world.add_failed(execution("extract"), INPUT)
        self.session = self.add(a_session())
        self._asked = 0

    def add(self, session: Session) -> Session:
        """Let a session be known."""
        return self.writing.sessions.save(session)

    def explain(self, diagnosis: Diagnosis) -> None:
        """Let the cause of a failure be known."""
        self.writing.diagnoses.put(diagnosis)

    def desk(self, executes: bool = True) -> AgentDesk:
        """The desk of an agent, over connections that only read and ask."""
        seeing = Seeing(self.world, self.logs, self.inventory)
        nature = Nature(self.clock, self._id, self._id, executes)
        return AgentDesk(
            store(self.settings, reader(self.settings)), seeing, "agent:claude", nature
        )

    def _id(self) -> str:
        self._asked += 1
        return f"r-{self._asked}"


def a_line(text: str) -> LogLine:
    """A log line, written when the job failed."""
    return LogLine(at=NOW, text=text, stream="s")
