"""The services that Task states call in our own way, found by the beginning of the Resource."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from bunsui_core.adapters.emulator.patches.states import history, waiting
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.tasks.task_events import Events, TimedOut
from bunsui_core.domain.value import Json


@dataclass(frozen=True)
class Call:
    """One attempt of a Task state to call a service.

    `resource` is the state's Resource without `.waitForTaskToken`. An attempt that runs longer
    than `timeout` seconds times out, at `deadline` on the monotonic clock; so does one whose
    token nobody speaks of for `heartbeat` seconds.
    """

    execution: Document
    resource: str
    parameters: Json
    state: Document
    context: Document
    events: Events
    timeout: float | None = None
    heartbeat: float | None = None
    deadline: float | None = None

    def begun_now(self) -> Call:
        """Return the same attempt with its time beginning now."""
        deadline = None if self.timeout is None else time.monotonic() + self.timeout
        return replace(self, deadline=deadline)

    def is_open(self) -> bool:
        """Tell whether this thread may still move the execution."""
        return history.is_open(self.execution)

    def wait(self, happened: Callable[[], bool], topic: Hashable = None) -> None:
        """Wait until something has happened that is announced under a topic of `waiting`.

        Raises:
            TimedOut: the attempt has timed out.
            history.Closed: the execution was closed meanwhile.
        """
        if not self.has_happened(happened, self.deadline, topic):
            raise TimedOut

    def in_time(self, work: Callable[[], Json]) -> Json:
        """Do work that cannot be broken off, and return its result; if it takes too long, leave it.

        Raises:
            TimedOut: the attempt has timed out; and what the work raised.
            history.Closed: the execution was closed meanwhile.
        """
        outcome: Future[Json] = Future()

        def run() -> None:
            try:
                outcome.set_result(work())
            except Exception as failure:  # noqa: BLE001 whatever it is, it is the task's to tell
                outcome.set_exception(failure)
            waiting.announce(outcome)

        threading.Thread(target=history.outside().run, args=(run,), daemon=True).start()
        self.wait(outcome.done, outcome)
        return outcome.result()

    def has_happened(
        self, happened: Callable[[], bool], deadline: float | None, topic: Hashable = None
    ) -> bool:
        """Wait until something has happened or a moment has passed; tell whether it happened.

        Raises:
            history.Closed: the execution was closed meanwhile.
        """
        in_time = waiting.wait_until(
            lambda: happened() or not self.is_open(),
            deadline,
            (str(self.execution["executionArn"]), topic),
        )
        if not self.is_open():
            raise history.Closed
        return in_time


Caller = Callable[[Call], Json]

_callers: dict[str, Caller] = {}
_added: dict[str, Document] = {}


def register(prefix: str, call: Caller, added: Document | None = None) -> None:
    """Let `call` make the calls of every Task whose Resource begins with the prefix.

    `added` are parameters that Step Functions gives of its own accord, where the Task gives none.
    `call` runs in the thread that walks the execution, and returns the result of the task or
    raises `sf._ExecutionError` with the error and the cause that AWS would record.
    """
    _callers[prefix] = call
    _added[prefix] = added or {}


def completed(resource: str, parameters: Json) -> Json:
    """Return the parameters of a Task with what Step Functions adds to them."""
    added = _added.get(_registered(resource), {})
    return {**parameters, **added, **parameters} if isinstance(parameters, dict) else parameters


def caller(resource: str) -> Caller | None:
    """Return who makes the calls of a Resource: who was registered for its longest beginning."""
    return _callers.get(_registered(resource))


def _registered(resource: str) -> str:
    return max((prefix for prefix in _callers if resource.startswith(prefix)), key=len, default="")
