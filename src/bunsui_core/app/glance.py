"""Eyes for many like failures: each thing is asked of AWS once, no closed execution at all."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from bunsui_core.app.recalled import opened
from bunsui_core.domain.archived import ArchivedExecution
from bunsui_core.domain.errors import BunsuiError, NotFound, StoreDamaged
from bunsui_core.domain.failure import Definition, HistoryEvent, Observation
from bunsui_core.domain.thing import Thing
from bunsui_core.ports.observe import (
    CodeState,
    Executions,
    Inventory,
    ObjectState,
    RoleState,
    Seeing,
    Surroundings,
    TaskState,
    ThingState,
)
from bunsui_core.ports.store import Store

Key = TypeVar("Key", bound=Hashable)
Seen = TypeVar("Seen")


def at_a_glance(seeing: Seeing, store: Store) -> Seeing:
    """Return eyes for one look at many sessions; what they see grows old, so they are used once.

    Closed executions are seen as they were archived: whether one was redriven since is for whoever
    executes to check.
    """
    around = seeing.surroundings
    return Seeing(
        executions=_Shelved(seeing.executions, store),
        logs=seeing.logs,
        inventory=_Inventory(seeing.inventory),
        surroundings=_Surroundings(around) if around else None,
    )


class _Once(Generic[Key, Seen]):
    """A question that is asked once for each key; its error is an answer too."""

    def __init__(self, ask: Callable[[Key], Seen]) -> None:
        self._ask = ask
        self._known: dict[Key, Seen | BunsuiError] = {}

    def __call__(self, key: Key) -> Seen:
        if key not in self._known:
            try:
                self._known[key] = self._ask(key)
            except BunsuiError as error:
                self._known[key] = error
        known = self._known[key]
        if isinstance(known, BunsuiError):
            raise known
        return known


class _Shelved:
    """`Executions` as they were archived; of AWS only what is not."""

    def __init__(self, executions: Executions, store: Store) -> None:
        self._executions = executions
        self._store = store
        self._open: tuple[str, ArchivedExecution | None] = ("", None)

    def describe(self, execution_arn: str) -> Observation:
        """Return the execution as it closed, or as it is. Raises: NotFound, Unavailable."""
        kept = self._kept(execution_arn)
        return kept.execution if kept else self._executions.describe(execution_arn)

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Return all events, oldest first. Raises: NotFound, Unavailable."""
        kept = self._kept(execution_arn)
        return kept.history if kept else self._executions.history(execution_arn)

    def definition(self, execution_arn: str) -> Definition:
        """Return the definition as of that execution. Raises: NotFound, Unavailable."""
        kept = self._kept(execution_arn)
        return kept.definition if kept else self._executions.definition(execution_arn)

    def _kept(self, execution_arn: str) -> ArchivedExecution | None:
        """One is asked for several times in a row, and then never again."""
        if self._open[0] != execution_arn:
            self._open = (execution_arn, self._read(execution_arn))
        return self._open[1]

    def _read(self, execution_arn: str) -> ArchivedExecution | None:
        try:
            return opened(self._store.archive.newest(execution_arn), self._store.documents)
        except (NotFound, StoreDamaged):
            return None


class _Inventory:
    """`Inventory` of which each question is asked once."""

    def __init__(self, inventory: Inventory) -> None:
        self._code = _Once(inventory.code)
        self._object = _Once(inventory.stored_object)
        self._definition = _Once(inventory.current_definition)
        self._revision = _Once(inventory.definition_revision)

    def code(self, function: str) -> CodeState:
        """Return a function's state. Raises: NotFound, Unavailable."""
        return self._code(function)

    def stored_object(self, uri: str) -> ObjectState:
        """Return the state of an object. Raises: Unavailable."""
        return self._object(uri)

    def current_definition(self, machine: str) -> Definition:
        """Return the current definition of a machine. Raises: NotFound, Unavailable."""
        return self._definition(machine)

    def definition_revision(self, machine: str) -> str:
        """Return the current revision of a machine. Raises: NotFound, Unavailable."""
        return self._revision(machine)


class _Surroundings:
    """`Surroundings` of which each question is asked once."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._containers = _Once(surroundings.containers)
        self._role = _Once(surroundings.role)
        self._thing = _Once(surroundings.thing)

    def containers(self, definition: str) -> TaskState:
        """Return what a task definition would run. Raises: NotFound, Unavailable."""
        return self._containers(definition)

    def role(self, name: str) -> RoleState:
        """Return what a role is granted. Raises: NotFound, NotAuthorised, Unavailable."""
        return self._role(name)

    def thing(self, thing: Thing) -> ThingState:
        """Return whether a thing exists. Raises: NotAuthorised, Unavailable."""
        return self._thing(thing)
