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
from bunsui_core.domain.thing import Thing
from bunsui_core.domain.value import Instant, JsonText, Value


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
    """A function's code and configuration now.

    `settings` is a digest of all that is configured but its limits, empty where it is not known;
    `limits` says memory, time and disk; `role` is the ARN of what it runs as. One that
    `is_connected` is in a network of the user, with whatever is there.
    """

    function: str
    code_sha256: str
    modified_at: Instant
    settings: str = ""
    limits: str = ""
    role: str = ""
    is_connected: bool = False


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


class TaskState(Value):
    """What a task definition would run now: a digest of its containers, its limits, its images."""

    definition: str
    state: str
    limits: str
    images: tuple[str, ...]
    registered_at: Instant | None


class PolicyText(Value):
    """One policy of a role: its name, and its document as JSON."""

    name: str
    document: JsonText


class RoleState(Value):
    """All that a role is granted now; a boundary limits what its policies allow."""

    name: str
    policies: tuple[PolicyText, ...]
    boundary: JsonText | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """The documents of its policies."""
        return tuple(policy.document for policy in self.policies)


class ThingState(Value):
    """Whether a thing exists now; `state` is a digest of what is known of it, empty when absent.

    `policy` is the resource's own policy, empty when it has none, and None where it is not seen.
    """

    thing: Thing
    state: str
    made_at: Instant | None = None
    policy: str | None = None


class Surroundings(Protocol):
    """What a failure may depend on beyond its own code, definition and data."""

    def containers(self, definition: str) -> TaskState:
        """Return what a task definition, or the newest of a family, would run.

        Raises: NotFound, Unavailable.
        """
        ...

    def role(self, name: str) -> RoleState:
        """Return what a role is granted. Raises: NotFound, NotAuthorised, Unavailable."""
        ...

    def thing(self, thing: Thing) -> ThingState:
        """Return whether a thing exists. Raises: NotAuthorised, Unavailable."""
        ...


@dataclass(frozen=True)
class Seeing:
    """Everything a desk or a worker can look at; without surroundings nothing of them is seen."""

    executions: Executions
    logs: Logs
    inventory: Inventory
    surroundings: Surroundings | None = None
