"""A small Step Functions for tests of what happens around it: names, redrives, counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from bunsui_core.domain.errors import Conflict, NotFound, Refused
from bunsui_core.domain.failure import Definition, HistoryEvent, LogLine, Observation
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Instant
from bunsui_core.ports.control import Started
from bunsui_core.ports.observe import CodeState, LogWindow, ObjectState
from tests.builders import NOW

REVISION = "rev-1"
WORK = '{"StartAt": "Work", "States": {"Work": {"Type": "Pass", "End": true}}}'


class Crash(BaseException):
    """The process died here; nothing may catch it."""


@dataclass(frozen=True)
class FakeExecution:
    """One execution, with the client tokens that redrove it."""

    arn: str
    input: str
    status: JobStatus = JobStatus.RUNNING
    redrive_count: int = 0
    events: int = 7
    tokens: tuple[str, ...] = ()
    output: str | None = None


class FakeStepFunctions:
    """Executions, their redrives, and every change that was really made, in order."""

    def __init__(self) -> None:
        self.executions: dict[str, FakeExecution] = {}
        self.effects: list[str] = []
        self.told: dict[str, tuple[HistoryEvent, ...]] = {}

    def add_failed(self, arn: str, text: str) -> None:
        """Let an execution have failed."""
        self.executions[arn] = FakeExecution(arn=arn, input=text, status=JobStatus.FAILED)

    def start(self, machine: str, name: str, text: str) -> Started:
        """Start once per name, as StartExecution does."""
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
        if known := self.executions.get(arn):
            if known.input != text:
                raise Conflict(f"{arn} exists with another input.", "Use another name.")
            return Started(execution_arn=arn, existed=True)
        self.executions[arn] = FakeExecution(arn=arn, input=text)
        self.effects.append(f"start {name}")
        return Started(execution_arn=arn, existed=False)

    def redrive(
        self, execution_arn: str, client_token: str, may_leave: Callable[[], None] = lambda: None
    ) -> None:
        """Redrive once per client token, as RedriveExecution does."""
        may_leave()
        found = self._find(execution_arn)
        if client_token in found.tokens:
            return
        if not found.status.is_failure:
            raise Refused(f"{execution_arn} is {found.status}.", "Only a failed one is redriven.")
        self.executions[execution_arn] = replace(
            found,
            status=JobStatus.RUNNING,
            redrive_count=found.redrive_count + 1,
            events=found.events + 1,
            tokens=(*found.tokens, client_token),
        )
        self.effects.append(f"redrive {client_token}")

    def stop(self, execution_arn: str, reason: str) -> None:
        """Stop what runs, as StopExecution does."""
        del reason
        found = self._find(execution_arn)
        if found.status is not JobStatus.RUNNING:
            return
        self.executions[execution_arn] = replace(found, status=JobStatus.ABORTED)
        self.effects.append(f"stop {execution_arn.rsplit(':', 1)[-1]}")

    def succeed(self, arn: str, output: str = "{}") -> None:
        """Let a running execution succeed."""
        found = self._find(arn)
        self.executions[arn] = replace(found, status=JobStatus.SUCCEEDED, output=output)

    def running(self) -> tuple[str, ...]:
        """The ARNs of the executions that run."""
        found = self.executions.values()
        return tuple(one.arn for one in found if one.status is JobStatus.RUNNING)

    def fail_again(self, arn: str) -> None:
        """Let a running execution fail."""
        found = self._find(arn)
        self.executions[arn] = replace(found, status=JobStatus.FAILED, events=found.events + 5)

    def describe(self, execution_arn: str) -> Observation:
        """Return the execution now."""
        found = self._find(execution_arn)
        return Observation(
            execution_arn=found.arn,
            status=found.status,
            input=found.input,
            started_at=NOW,
            stopped_at=None if found.status.is_open else NOW,
            output=found.output,
            redrive_count=found.redrive_count,
            redrive_status="REDRIVABLE" if found.status.is_failure else "NOT_REDRIVABLE",
        )

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Return the events that were told, or as many as there were."""
        count = self._find(execution_arn).events
        if execution_arn in self.told:
            return self.told[execution_arn]
        return tuple(
            HistoryEvent(id=n, previous_id=n - 1, type="PassStateEntered", at=NOW)
            for n in range(1, count + 1)
        )

    def definition(self, execution_arn: str) -> Definition:
        """Return the definition of a machine of one state."""
        self._find(execution_arn)
        return Definition(machine="m", definition=WORK, revision=REVISION, updated_at=NOW)

    def _find(self, arn: str) -> FakeExecution:
        if arn not in self.executions:
            raise NotFound(f"{arn} does not exist.", "Look at the list.")
        return self.executions[arn]


class FakePayloads:
    """Payloads in memory, by their address."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def keep(self, text: str) -> str:
        """Keep a text."""
        uri = f"s3://payloads/{hashlib.sha256(text.encode()).hexdigest()}"
        self.kept[uri] = text
        return uri

    def digest(self, uri: str) -> str:
        """Return the digest of what lies at an address."""
        if uri not in self.kept:
            raise NotFound(f"nothing is at {uri}.", "Look at the bucket.")
        return hashlib.sha256(self.kept[uri].encode()).hexdigest()


class FakeInventory:
    """Machines that never change, functions and objects that are not there."""

    def __init__(self) -> None:
        self.revision = REVISION
        self.definitions: dict[str, str] = {}
        self.gone: set[str] = set()
        self.express: set[str] = set()
        self.codes: dict[str, str] = {}

    def code(self, function: str) -> CodeState:
        """Return a function's code, when a test told of it."""
        if known := self.codes.get(function):
            return CodeState(function=function, code_sha256=known, modified_at=NOW)
        raise NotFound(f"no function {function}.", "Look at the list.")

    def stored_object(self, uri: str) -> ObjectState:
        """Return an object that does not exist."""
        return ObjectState(uri=uri, etag="", modified_at=None)

    def current_definition(self, machine: str) -> Definition:
        """Return a machine of one state, of the one revision."""
        if machine in self.gone:
            raise NotFound(f"{machine} does not exist.", "Look at the list.")
        text = self.definitions.get(machine, WORK)
        return Definition(
            machine=machine,
            definition=text,
            revision=self.revision,
            updated_at=NOW,
            is_express=machine in self.express,
        )

    def definition_revision(self, machine: str) -> str:
        """Return the one revision."""
        del machine
        return self.revision


class SilentLogs:
    """Operations that log nothing."""

    def lines(self, window: LogWindow, limit: int) -> tuple[LogLine, ...]:
        """Return no line."""
        del window, limit
        return ()


class WrittenLogs:
    """Operations that logged what a test says; `lines` may grow."""

    def __init__(self) -> None:
        self.written: tuple[LogLine, ...] = ()

    def lines(self, window: LogWindow, limit: int) -> tuple[LogLine, ...]:
        """Return the lines within a window."""
        within = (line for line in self.written if window.start <= line.at <= window.end)
        return tuple(within)[:limit]


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, now: Instant = NOW) -> None:
        self.now = now

    def __call__(self) -> Instant:
        """Return the moment it stands at."""
        return self.now


class CrashPoint:
    """Dies before or after the n-th call that passes through it."""

    def __init__(self, at: int, after: bool) -> None:
        self.left = at
        self.after = after

    def passing(self, call: Callable[[], object]) -> object:
        """Make a call, or die around it."""
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Crash
        answer = call()
        if self.left == 0:
            raise Crash
        return answer

    @property
    def was_reached(self) -> bool:
        """Whether it has killed the process."""
        return self.left <= 0
