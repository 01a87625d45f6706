"""Step Functions and S3 as far as a conductor is concerned, under a clock that a test moves.

Answers may be older than the world, and every call is a place where something else may happen:
`disturb` is called before and after it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bunsui_core.domain.errors import Conflict, NotFound, Refused
from bunsui_core.domain.failure import Definition, HistoryEvent, Observation
from bunsui_core.domain.joining import address
from bunsui_core.domain.session import JobStatus
from bunsui_core.ports.control import Started
from tests.builders import NOW

BUCKET = "s3://payloads/"
BIG = 300 * 1024


@dataclass(frozen=True)
class Chances:
    """How likely things are to go wrong, each time that they may."""

    failing: float = 0.0
    timing_out: float = 0.0
    crash: float = 0.0
    stale: float = 0.0
    unseen: float = 0.0
    other_worker: float = 0.0
    passing: float = 0.0
    human: float = 0.0
    stranger: float = 0.0
    big: float = 0.0


CALM = Chances()
"""Nothing goes wrong."""


@dataclass
class Execution:
    """One execution: `told` are all observations that were ever true of it, oldest first."""

    arn: str
    text: str
    begun: datetime
    closes: datetime
    end: JobStatus
    output: str
    told: list[Observation] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    @property
    def now(self) -> Observation:
        """How it stands."""
        return self.told[-1]


class World:
    """Executions and payloads; implements `Executions`, `Runner` and `Payloads`."""

    def __init__(self, rng: random.Random, chances: Chances = CALM) -> None:
        self.rng = rng
        self.chances = chances
        self.now = NOW
        self.executions: dict[str, Execution] = {}
        self.payloads: dict[str, str] = {}
        self.disturb: Callable[[], None] = lambda: None
        self.is_asked: Callable[[str, str], bool] = lambda name, text: True
        self.by_humans: set[str] = set()

    def clock(self) -> datetime:
        """The moment it is."""
        return self.now

    def pass_time(self, seconds: float) -> None:
        """Let time go by; what is due closes."""
        self.now += timedelta(seconds=seconds)
        for one in self.executions.values():
            if one.now.status is JobStatus.RUNNING and one.closes <= self.now:
                self._close(one, one.end, one.closes)

    def next_close(self) -> datetime | None:
        """When the next execution closes."""
        running = [e.closes for e in self.executions.values() if e.now.status is JobStatus.RUNNING]
        return min(running, default=None)

    def running(self) -> list[Execution]:
        """What runs."""
        return [e for e in self.executions.values() if e.now.status is JobStatus.RUNNING]

    def start(self, machine: str, name: str, text: str) -> Started:
        """StartExecution: a name is taken once, and the same input again means done before."""
        self.disturb()
        arn = address(machine, name)
        if known := self.executions.get(arn):
            if known.text != text:
                raise Conflict(f"{name} is taken.", "Use another name.")
            self.disturb()
            return Started(execution_arn=arn, existed=True)
        assert name in self.by_humans or self.is_asked(name, text), (
            f"{name}: no stored session asks for it"
        )
        self.executions[arn] = self._new(arn, text)
        self.disturb()
        return Started(execution_arn=arn, existed=False)

    def stop(self, execution_arn: str, reason: str) -> None:
        """StopExecution."""
        del reason
        self.disturb()
        one = self._find(execution_arn)
        if one.now.status is JobStatus.RUNNING:
            self._close(one, JobStatus.ABORTED, self.now)
        self.disturb()

    def redrive(
        self, execution_arn: str, client_token: str, may_leave: Callable[[], None] = lambda: None
    ) -> None:
        """RedriveExecution."""
        may_leave()
        one = self._find(execution_arn)
        if client_token in one.tokens:
            return
        if not one.now.status.is_failure:
            raise Refused(f"{execution_arn} is {one.now.status}.", "Only what failed is redriven.")
        one.tokens.add(client_token)
        one.closes, one.end = self._fate()
        count = one.now.redrive_count + 1
        one.told.append(self._seen(one, JobStatus.RUNNING, None, count))

    def describe(self, execution_arn: str) -> Observation:
        """DescribeExecution, which is eventually consistent."""
        self.disturb()
        one = self._find(execution_arn)
        if self.rng.random() < self.chances.unseen:
            raise NotFound(f"{execution_arn} is not there yet.", "Ask again.")
        is_late = self.rng.random() < self.chances.stale
        return self.rng.choice(one.told) if is_late else one.now

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Nobody reads it here."""
        raise NotImplementedError(execution_arn)

    def definition(self, execution_arn: str) -> Definition:
        """Nobody reads it here."""
        raise NotImplementedError(execution_arn)

    def keep(self, text: str) -> str:
        """Put an object."""
        self.disturb()
        uri = BUCKET + hashlib.sha256(text.encode()).hexdigest()
        self.payloads[uri] = text
        self.disturb()
        return uri

    def digest(self, uri: str) -> str:
        """The sha256 of an object."""
        self.disturb()
        if uri not in self.payloads:
            raise NotFound(f"{uri} is not there.", "Keep it first.")
        return hashlib.sha256(self.payloads[uri].encode()).hexdigest()

    def _new(self, arn: str, text: str) -> Execution:
        closes, end = self._fate()
        filling = "x" * BIG if self.rng.random() < self.chances.big else ""
        output = f'{{"of":"{arn.rsplit(":", 1)[-1]}","filling":"{filling}"}}'
        one = Execution(arn, text, self.now, closes, end, output)
        one.told.append(self._seen(one, JobStatus.RUNNING, None, 0))
        return one

    def _fate(self) -> tuple[datetime, JobStatus]:
        closes = self.now + timedelta(seconds=self.rng.randint(1, 50))
        luck = self.rng.random()
        if luck < self.chances.failing:
            return closes, JobStatus.FAILED
        if luck < self.chances.failing + self.chances.timing_out:
            return closes, JobStatus.TIMED_OUT
        return closes, JobStatus.SUCCEEDED

    def _close(self, one: Execution, status: JobStatus, at: datetime) -> None:
        one.told.append(self._seen(one, status, at, one.now.redrive_count))

    def _seen(
        self, one: Execution, status: JobStatus, stopped_at: datetime | None, count: int
    ) -> Observation:
        return Observation(
            execution_arn=one.arn,
            status=status,
            input=one.text,
            started_at=one.begun,
            stopped_at=stopped_at,
            redrive_count=count,
            redrive_status="REDRIVABLE" if status.is_failure else "NOT_REDRIVABLE",
            output=one.output if status is JobStatus.SUCCEEDED else None,
            error="Broken" if status.is_failure else "",
        )

    def _find(self, arn: str) -> Execution:
        if arn not in self.executions:
            raise NotFound(f"{arn} does not exist.", "Look at the list.")
        return self.executions[arn]
