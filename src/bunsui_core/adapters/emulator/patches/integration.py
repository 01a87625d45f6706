"""The services that Task states call in our own way, found by the beginning of the Resource."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import history, waiting
from bunsui_core.adapters.emulator.patches.history import Document
from bunsui_core.adapters.emulator.patches.task_events import TIMED_OUT, Events
from bunsui_core.domain.value import Json


@dataclass(frozen=True)
class Call:
    """One attempt of a Task state to call a service.

    `resource` is the state's Resource without `.waitForTaskToken`, `deadline` the moment of the
    monotonic clock at which the attempt times out, if it does.
    """

    execution: Document
    resource: str
    parameters: Json
    state: Document
    context: Document
    events: Events
    deadline: float | None = None

    def is_open(self) -> bool:
        """Tell whether this thread may still move the execution."""
        return history.is_open(self.execution)

    def wait(self, happened: Callable[[], bool]) -> None:
        """Wait until something has happened.

        Raises:
            sf._ExecutionError: the attempt has timed out.
            history.Closed: the execution was closed meanwhile.
        """
        in_time = waiting.wait_until(lambda: happened() or not self.is_open(), self.deadline)
        if not self.is_open():
            raise history.Closed
        if not in_time:
            # AWS records a timeout without a cause.
            raise sf._ExecutionError(TIMED_OUT, None)


Caller = Callable[[Call], Json]

_callers: dict[str, Caller] = {}


def register(prefix: str, call: Caller) -> None:
    """Let `call` make the calls of every Task whose Resource begins with the prefix.

    It runs in the thread that walks the execution, and returns the result of the task or raises
    `sf._ExecutionError` with the error and the cause that AWS would record.
    """
    _callers[prefix] = call


def caller(resource: str) -> Caller | None:
    """Return who makes the calls of a Resource: who was registered for its longest beginning."""
    found = [prefix for prefix in _callers if resource.startswith(prefix)]
    return _callers[max(found, key=len)] if found else None
