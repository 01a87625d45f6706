"""What a record says was done against the executions that Step Functions shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bunsui_core.domain.approval import EffectState, StepState
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.chaining import Findings, Weight
from bunsui_core.domain.comparing import Case
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.plan import EnterJob, RedriveJob, RestartJob

_MAYBE = frozenset({EffectState.DONE_AMBIGUOUS, EffectState.NEEDS_HUMAN, EffectState.EXECUTING})


@dataclass
class Redrives:
    """The redrives of one execution that were asked for.

    `expected` are the redrive counts before each of them, `done` before those that were done; of
    `maybe` nobody knows.
    """

    subject: str
    expected: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    maybe: int = 0


@dataclass
class Deeds:
    """What was done to executions: redrives by their ARN, starts by the ARN they made."""

    redrives: dict[str, Redrives] = field(default_factory=dict)
    starts: dict[str, RestartJob | EnterJob] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)

    def add(self, case: Case) -> None:
        """Take what a request did, and the names of executions that it asked for in vain."""
        effect = case.effect
        done = {one.number: one.state for one in effect.steps} if effect else {}
        for number, step in enumerate(case.request.plan.steps, 1):
            state = done.get(number)
            is_open = effect is not None and effect.state in _MAYBE and state is not None
            match step:
                case RedriveJob():
                    self._redrive(step, state, is_open, case.request.id)
                case RestartJob() | EnterJob():
                    self._start(step, state, is_open, case.request.id)

    @property
    def arns(self) -> tuple[str, ...]:
        """Every execution that is to be looked at."""
        return tuple(dict.fromkeys((*self.redrives, *self.starts, *self.unused)))

    def _redrive(
        self, step: RedriveJob, state: StepState | None, is_open: bool, request_id: str
    ) -> None:
        told = self.redrives.setdefault(step.execution_arn, Redrives(request_id))
        told.expected.append(step.expect.redrive_count)
        if state is StepState.DONE:
            told.done.append(step.expect.redrive_count)
            told.subject = request_id
        elif is_open:
            told.maybe += 1

    def _start(
        self, step: RestartJob | EnterJob, state: StepState | None, is_open: bool, request_id: str
    ) -> None:
        arn = f"{step.machine.replace(':stateMachine:', ':execution:')}:{step.execution_name}"
        if state is StepState.DONE:
            self.starts[arn] = step
            self.subjects[arn] = request_id
            self.unused.pop(arn, None)
        elif arn not in self.starts and not is_open:
            self.unused[arn] = request_id


def reconcile(
    deeds: Deeds,
    seen: Mapping[str, Observation | None],
    known: Iterable[str],
    findings: Findings,
) -> None:
    """Hold what was done against what is seen; nothing is seen of what AWS has forgotten.

    `known` are executions that bunsui started for other reasons: a session's own first ones.
    """
    for arn, told in deeds.redrives.items():
        _reconcile_redrives(arn, told, seen.get(arn), findings)
    for arn, step in deeds.starts.items():
        _reconcile_start(arn, step, seen.get(arn), deeds, findings)
    others = set(known)
    for arn, subject in deeds.unused.items():
        if seen.get(arn) and arn not in others:
            text = f"{arn} exists, which was asked for and never done: somebody else started it"
            findings.add(0, subject, text, Weight.NOTE)


def _reconcile_redrives(
    arn: str, told: Redrives, seen: Observation | None, findings: Findings
) -> None:
    if seen is None:
        if told.done:
            findings.add(0, told.subject, _forgotten(arn), Weight.NOTE)
        return
    least = max(told.done, default=-1) + 1
    most = min(told.expected) + len(told.done) + told.maybe
    if seen.redrive_count < least:
        text = f"{arn} was redriven {seen.redrive_count} times, the record says at least {least}"
        findings.add(0, told.subject, text)
    elif seen.redrive_count > most:
        text = (
            f"{arn} was redriven {seen.redrive_count} times, the record explains {most}: "
            "somebody else redrove it"
        )
        findings.add(0, told.subject, text, Weight.NOTE)


def _reconcile_start(
    arn: str,
    step: RestartJob | EnterJob,
    seen: Observation | None,
    deeds: Deeds,
    findings: Findings,
) -> None:
    subject = deeds.subjects[arn]
    if seen is None:
        findings.add(0, subject, _forgotten(arn), Weight.NOTE)
    elif seen.input is not None and _digest(seen.input) != step.input_digest:
        findings.add(0, subject, f"{arn} was started with another input than was approved")


def _forgotten(arn: str) -> str:
    return f"{arn} is not known to Step Functions, which forgets after 90 days, nor archived"


def _digest(text: str) -> str:
    try:
        return json_digest(text)
    except BadInput:
        return ""
