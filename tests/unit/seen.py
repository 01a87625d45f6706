"""A world to look at that a test arranges by assigning what is in it."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.domain.errors import BunsuiError, NotFound
from bunsui_core.domain.failure import Definition, HistoryEvent, LogLine, Observation
from bunsui_core.ports.observe import CodeState, LogWindow, ObjectState, Seeing
from tests.builders import NOW, later, machine
from tests.unit.histories import FUNCTION, event, observed, task


class World:
    """Executions, logs and inventory in one; `broken` is raised by every look but describe."""

    def __init__(self) -> None:
        self.observation: Observation = observed(stopped_at=later(seconds=5))
        self.events: tuple[HistoryEvent, ...] = (
            event(1, 0, "ExecutionStarted"),
            *task(2, 0, "Load", "RowError", '{"errorMessage": "bad row", "errorType": "RowError"}'),
            event(5, 4, "ExecutionFailed", error="RowError"),
        )
        self.written: tuple[LogLine, ...] = ()
        self.asked: list[LogWindow] = []
        self.code_at: datetime = NOW
        self.objects: dict[str, datetime] = {}
        self.revisions = ("rev-1", "rev-1")
        self.broken: BunsuiError | None = None
        self.reads = 0

    @property
    def seeing(self) -> Seeing:
        """This world as a desk sees it."""
        return Seeing(executions=self, logs=self, inventory=self)

    def describe(self, execution_arn: str) -> Observation:
        """Return the one execution."""
        return self.observation.model_copy(update={"execution_arn": execution_arn})

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Return its events."""
        del execution_arn
        self.reads += 1
        return self.events

    def definition(self, execution_arn: str) -> Definition:
        """Return the first revision."""
        del execution_arn
        self._look()
        return Definition(
            machine=machine("extract"),
            definition="{}",
            revision=self.revisions[0],
            updated_at=NOW,
        )

    def lines(self, window: LogWindow, limit: int) -> tuple[LogLine, ...]:
        """Return what was written, up to the limit."""
        self._look()
        self.asked.append(window)
        return self.written[:limit]

    def code(self, function: str) -> CodeState:
        """Return when the function was changed."""
        self._look()
        if function not in FUNCTION:
            raise NotFound(f"function {function} is not there.", "Look at the list.")
        return CodeState(function=function, code_sha256="0", modified_at=self.code_at)

    def stored_object(self, uri: str) -> ObjectState:
        """Return when an object was written, if it is there."""
        self._look()
        at = self.objects.get(uri)
        return ObjectState(uri=uri, etag="e" if at else "", modified_at=at)

    def current_definition(self, machine: str) -> Definition:
        """Return the second revision of a machine."""
        self._look()
        return Definition(
            machine=machine, definition="{}", revision=self.revisions[1], updated_at=NOW
        )

    def definition_revision(self, machine: str) -> str:
        """Return the second revision."""
        del machine
        self._look()
        return self.revisions[1]

    def _look(self) -> None:
        if self.broken:
            raise self.broken
