"""What bunsui needs to see of AWS. Nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bunsui_core.domain.failure import (
    ContainerTask,
    Definition,
    HistoryEvent,
    LogLine,
    Observation,
)
from bunsui_core.domain.value import Instant, Value


class Executions(Protocol):
    """Executions of state machines, as Step Functions reports them."""

    def describe(self, execution_arn: str) -> Observation:
        """Return the execution now. Raises: NotFound, Unavailable."""
        ...

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Return all events, oldest first. Raises: NotFound, Unavailable."""
        ...

    def definition(self, execution_arn: str) -> Definition:
        """Return the definition as of that execution. Raises: NotFound, Unavailable."""
        ...


class LogWindow(Value):
    """Where and when to read: one function's request (or any of them), or one container's task."""

    function: str = ""
    request_id: str = ""
    start: Instant
    end: Instant
    task: ContainerTask | None = None

    @property
    def name(self) -> str:
        """What writes this log."""
        return self.task.container if self.task else self.function


class Logs(Protocol):
    """Log lines of operations."""

    def lines(self, window: LogWindow, limit: int) -> tuple[LogLine, ...]:
        """Return the lines of that very window, oldest first; of a task, the last ones.

        Raises: NotFound, Unavailable.
        """
        ...


class CodeState(Value):
    """A function's code and configuration now."""

    function: str
    code_sha256: str
    modified_at: Instant


class ObjectState(Value):
    """An S3 object now; `etag` is empty when it does not exist."""

    uri: str
    etag: str
    modified_at: Instant | None


class Inventory(Protocol):
    """The things a failure may depend on."""

    def code(self, function: str) -> CodeState:
        """Return a function's state. Raises: NotFound, Unavailable."""
        ...

    def stored_object(self, uri: str) -> ObjectState:
        """Return the state of `s3://bucket/key`. Raises: Unavailable."""
        ...

    def current_definition(self, machine: str) -> Definition:
        """Return the current definition of a machine. Raises: NotFound, Unavailable."""
        ...

    def definition_revision(self, machine: str) -> str:
        """Return the current revision of a machine. Raises: NotFound, Unavailable."""
        ...


@dataclass(frozen=True)
class Seeing:
    """Everything a desk or a worker can look at."""

    executions: Executions
    logs: Logs
    inventory: Inventory
