"""An account of many machines in memory, under a clock, and what a worker remembers of it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bunsui_core.domain.errors import BunsuiError, NotFound
from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.heard import Told
from bunsui_core.domain.machine import (
    ExecutionPage,
    ExecutionRow,
    Machine,
    MachineKind,
    Sighting,
    WatchedMachine,
)
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Instant
from tests.builders import ACCOUNT, NOW, REGION

LONG_BEFORE = NOW - timedelta(days=400)
PLAIN = '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}'


def machine_arn(name: str) -> str:
    """The ARN of a machine."""
    return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}"


def a_machine(name: str, kind: MachineKind = MachineKind.STANDARD) -> Machine:
    """A machine that was made long ago."""
    return Machine(arn=machine_arn(name), name=name, kind=kind, created_at=LONG_BEFORE)


def a_row(
    machine: str,
    name: str,
    started_at: Instant = NOW,
    status: JobStatus = JobStatus.RUNNING,
    redrive_count: int = 0,
) -> ExecutionRow:
    """An execution, as a list names it."""
    execution_arn = f"{machine_arn(machine).replace(':stateMachine:', ':execution:')}:{name}"
    return ExecutionRow(
        execution_arn=execution_arn,
        machine=machine_arn(machine),
        status=status,
        started_at=started_at,
        stopped_at=None if status is JobStatus.RUNNING else started_at,
        redrive_count=redrive_count,
    )


class FakeAccount:
    """`Machines` of an account in memory.

    `denied` are errors by what they are about, `odd` are machines that nobody understands.
    """

    def __init__(self, *machines: Machine) -> None:
        self.machines = {one.arn: one for one in machines}
        self.rows: dict[str, deque[ExecutionRow]] = defaultdict(deque)
        self.definitions: dict[str, str] = {}
        self.tagged: dict[str, Mapping[str, str]] = {}
        self.denied: dict[str, BunsuiError] = {}
        self.odd: set[str] = set()
        self.before: Callable[[], None] = lambda: None
        self.calls: list[tuple[str, str]] = []

    def run(self, row: ExecutionRow) -> ExecutionRow:
        """Let an execution be, or let it be otherwise than before."""
        kept = self.rows[row.machine]
        for number, known in enumerate(kept):
            if known.execution_arn == row.execution_arn:
                kept[number] = row
                return row
        kept.appendleft(row)
        return row

    def all(self) -> tuple[Machine, ...]:
        """Return every machine."""
        self._check("all")
        return tuple(self.machines.values())

    def executions(self, machine_arn: str, limit: int, token: str) -> ExecutionPage:
        """Return a page, newest first, within the quota."""
        self.before()
        self.calls.append(("list", machine_arn))
        if machine_arn in self.odd:
            raise ValueError(machine_arn)
        self._check(machine_arn)
        self._find(machine_arn)
        first = int(token or 0)
        rows = tuple(self.rows[machine_arn])
        more = first + limit < len(rows)
        page = rows[first : first + limit]
        return ExecutionPage(rows=page, next_token=str(first + limit) if more else "")

    def tags(self, machine_arn: str) -> Mapping[str, str]:
        """Return the tags of a machine."""
        self.calls.append(("tags", machine_arn))
        self._check("tags")
        self._find(machine_arn)
        return self.tagged.get(machine_arn, {})

    def definition(self, machine_arn: str) -> str:
        """Return the definition of a machine."""
        self._check("definition")
        self._find(machine_arn)
        return self.definitions.get(machine_arn, PLAIN)

    def _check(self, about: str) -> None:
        if about in self.denied:
            raise self.denied[about]

    def _find(self, arn: str) -> Machine:
        if arn not in self.machines:
            raise NotFound(f"{arn} is gone.", "Look at the list.")
        return self.machines[arn]


class FakeQueue:
    """`Events` in memory: messages that may be received from a moment on."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._held: dict[str, Told] = {}
        self.sent = 0

    def send(self, row: ExecutionRow, at: Instant) -> None:
        """Let an event be told from a moment on."""
        self.sent += 1
        receipt = str(self.sent)
        self._held[receipt] = Told(receipt=receipt, row=row, told_at=at)

    def receive(self) -> tuple[Told, ...]:
        """Return at most ten messages that arrived."""
        now = self._clock()
        came = [one for one in self._held.values() if one.told_at and one.told_at <= now]
        return tuple(came[:10])

    def done(self, told: tuple[Told, ...]) -> None:
        """Remove messages."""
        for one in told:
            self._held.pop(one.receipt, None)


class MemoryWatches:
    """`Watches` in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, WatchedMachine] = {}
        self._report: Watch | None = None

    def machines(self) -> tuple[WatchedMachine, ...]:
        """Return every machine, by name."""
        return tuple(sorted(self.kept.values(), key=lambda one: one.machine.name))

    def put_machines(self, machines: tuple[WatchedMachine, ...]) -> None:
        """Store machines."""
        self.kept.update({one.machine.arn: one for one in machines})

    def forget(self, machine_arns: tuple[str, ...]) -> None:
        """Forget machines."""
        for arn in machine_arns:
            self.kept.pop(arn, None)

    def report(self) -> Watch | None:
        """Return what was measured."""
        return self._report

    def put_report(self, report: Watch) -> None:
        """Store what was measured."""
        self._report = report


class MemorySightings:
    """`Sightings` in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Sighting] = {}

    def known(self, execution_arns: tuple[str, ...]) -> Mapping[str, Sighting]:
        """Return those that were met before."""
        return {arn: self.kept[arn] for arn in execution_arns if arn in self.kept}

    def put(self, sightings: tuple[Sighting, ...]) -> None:
        """Store sightings."""
        self.kept.update({one.execution_arn: one for one in sightings})

    def open(self) -> tuple[Sighting, ...]:
        """Return those that run."""
        found = (one for one in self.kept.values() if one.status is JobStatus.RUNNING)
        return tuple(sorted(found, key=lambda one: one.read_at))

    def redrivable(self, closed_after: Instant, limit: int) -> tuple[Sighting, ...]:
        """Return failed ones that closed after a moment."""
        found = (
            one
            for one in self.kept.values()
            if one.status.is_failure and one.stopped_at and one.stopped_at > closed_after
        )
        return tuple(sorted(found, key=lambda one: one.read_at)[:limit])

    def unread(self, limit: int) -> tuple[Sighting, ...]:
        """Return those that are still to be read."""
        found = [one for one in self.kept.values() if not one.is_read]
        found.sort(key=lambda one: one.started_at, reverse=True)
        found.sort(key=lambda one: (one.tries, not one.status.is_failure))
        return tuple(found[:limit])

    def around(self, machine: str, at: Instant) -> tuple[Sighting, ...]:
        """Return the executions of a machine that ran at a moment."""
        found = (
            one
            for one in self.kept.values()
            if one.machine == machine
            and one.started_at <= at
            and (one.stopped_at is None or one.stopped_at >= at)
        )
        return tuple(sorted(found, key=lambda one: one.started_at, reverse=True))
