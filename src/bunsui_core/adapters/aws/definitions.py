"""Definitions of machines as of their executions, asked for as rarely as can be.

DescribeStateMachineForExecution is refilled once a second for a whole account. A definition holds
from its update until the machine has another revision; so what was read for one execution serves
every other that began in between, and whether the revision is the same is asked of
DescribeStateMachine, which is refilled twenty times a second.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from bunsui_core.domain.failure import Definition, Observation

MOST = 2_000
"""How many machines and executions are kept in mind."""


SETTLES = timedelta(seconds=60)
"""For how long after an update executions may begin with the definition before (AWS says: a few
seconds, API_UpdateStateMachine)."""


class _Began(NamedTuple):
    machine: str
    at: datetime


class Candidate(NamedTuple):
    """The definition that an execution has, unless its machine had another one meanwhile."""

    definition: Definition
    is_sure: bool


class Definitions:
    """What is known of definitions in this process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._began: OrderedDict[str, _Began] = OrderedDict()
        self._known: OrderedDict[str, Definition] = OrderedDict()
        self._held_at: dict[str, datetime] = {}

    def began(self, seen: Observation) -> None:
        """Note when an execution began."""
        arn = seen.execution_arn
        with self._lock:
            self._began[arn] = _Began(machine_of(arn), seen.started_at)
            self._began.move_to_end(arn)
            while len(self._began) > MOST:
                self._began.popitem(last=False)

    def candidate(self, execution_arn: str) -> Candidate | None:
        """Return the definition that an execution has, as far as it is known."""
        with self._lock:
            began = self._began.get(execution_arn)
            known = self._known.get(began.machine) if began else None
            if began is None or known is None or began.at < known.updated_at + SETTLES:
                return None
            held_at = self._held_at.get(known.machine)
            return Candidate(known, held_at is not None and held_at >= began.at)

    def put(self, found: Definition, execution_arn: str) -> None:
        """Note the definition of an execution."""
        with self._lock:
            before = self._known.get(found.machine)
            if before is None or before.updated_at < found.updated_at:
                self._known[found.machine] = found
                self._held_at.pop(found.machine, None)
                while len(self._known) > MOST:
                    self._known.popitem(last=False)
            if self._known[found.machine].revision == found.revision:
                self._hold(found.machine, execution_arn)

    def still(self, machine: str, revision: str, execution_arn: str) -> bool:
        """Note the present revision of a machine; whether that execution has it too."""
        with self._lock:
            known = self._known.get(machine)
            if known is None or known.revision != revision:
                return False
            self._hold(machine, execution_arn)
            return True

    def _hold(self, machine: str, execution_arn: str) -> None:
        began = self._began.get(execution_arn)
        if began:
            self._held_at[machine] = max(began.at, self._held_at.get(machine, began.at))


def machine_of(execution_arn: str) -> str:
    """Return the ARN of an execution's machine: `arn:…:execution:NAME:…`."""
    before, _, rest = execution_arn.partition(":execution:")
    return f"{before}:stateMachine:{rest.split(':', 1)[0]}"
