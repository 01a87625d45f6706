"""Find what broke in an execution by following its events back from the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

from bunsui_core.domain.cause import read_cause
from bunsui_core.domain.container_task import submitted_task
from bunsui_core.domain.door import ENTRY
from bunsui_core.domain.failure import (
    ContainerTask,
    Evidence,
    EvidenceKind,
    Failure,
    HistoryEvent,
    Observation,
)
from bunsui_core.domain.iterations import count
from bunsui_core.domain.operation import CONTAINERS, resource_of
from bunsui_core.domain.trace import Frame, Scope, labels, scopes

EXECUTION_EVIDENCE = "X1"
"""The id of what DescribeExecution said; events are `E<event id>`."""

_ENDS = frozenset({"ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"})
_PASSED_ON = frozenset({"MapStateFailed", "ParallelStateFailed", "MapIterationFailed"})
_ENTERED_AT = re.compile(r"the state '(.{1,80}?)' \(entered at the event id #(\d{1,6})\)")
_EVIDENCE_LIMIT = 4000
NESTED = "states:startExecution"
"""How the resource of a task that waits for a nested execution begins."""
_ARN = re.compile(r'"ExecutionArn"\s*:\s*"(arn:[^"\s]{1,300})"')


@dataclass(frozen=True)
class _Chain:
    events: Mapping[int, HistoryEvent]
    scopes: Mapping[int, Scope]

    def back(self, event: HistoryEvent | None) -> Iterator[HistoryEvent]:
        """The event and those before it on its branch, newest first."""
        while event:
            yield event
            before = self.events.get(event.previous_id)
            event = before if before and before.id < event.id else None


@dataclass(frozen=True)
class _Break:
    """The event that broke, the states open then, and the caught error behind a Fail state."""

    end: HistoryEvent | None
    origin: HistoryEvent | None
    scope: Scope
    behind: HistoryEvent | None = None
    decided: HistoryEvent | None = None

    @property
    def state(self) -> Frame | None:
        return self.scope[-1] if self.scope else None

    @property
    def is_fail_state(self) -> bool:
        return self.state is not None and self.state.type == "Fail"

    @property
    def root(self) -> HistoryEvent | None:
        """The caught error, where nothing but the Catch led to the Fail state."""
        return None if self.decided else self.behind


def read_failure(
    job: str, observation: Observation, events: tuple[HistoryEvent, ...]
) -> Failure | None:
    """Return what broke in an execution, or nothing when it did not fail."""
    if not observation.status.is_failure:
        return None
    chain = _Chain({event.id: event for event in events}, scopes(events))
    return _failure(job, observation, chain, _broke(chain, events))


def nested_arn(submitted: str) -> str:
    """Return the nested execution that a submission names, or the empty string."""
    started = _ARN.search(submitted)
    return started.group(1) if started else ""


def is_failure_event(event: HistoryEvent) -> bool:
    """Whether an event reports that something inside the execution failed."""
    return (
        event.type.endswith(("Failed", "TimedOut"))
        and event.type not in _PASSED_ON
        and event.type not in _ENDS
    )


def _broke(chain: _Chain, events: tuple[HistoryEvent, ...]) -> _Break:
    end = next((event for event in reversed(events) if event.type in _ENDS), None)
    if end is None:
        return _Break(None, None, ())
    if end.type != "ExecutionFailed":
        return _Break(end, *_open_at(end, chain, events))
    origin = next((e for e in chain.back(end) if e is not end and e.type not in _PASSED_ON), None)
    entered = _entered(end, origin, chain, events)
    scope = chain.scopes[entered.id] if entered else chain.scopes[origin.id] if origin else ()
    broke = _Break(end, origin, scope)
    return _behind_fail_state(broke, chain) if broke.is_fail_state else broke


def _open_at(
    end: HistoryEvent, chain: _Chain, events: tuple[HistoryEvent, ...]
) -> tuple[HistoryEvent | None, Scope]:
    """The newest open state; a stopped or timed out execution points at none (previous_id 0)."""
    for event in reversed(events):
        if event.id < end.id and (scope := chain.scopes[event.id]):
            return event, scope
    return None, ()


def _entered(
    end: HistoryEvent,
    origin: HistoryEvent | None,
    chain: _Chain,
    events: tuple[HistoryEvent, ...],
) -> HistoryEvent | None:
    """The entry of the failing state, where the chain does not lead to it.

    Runtime errors name it in the cause. EvaluationFailed points before it and names the state.
    """
    evaluated = origin if origin and origin.type == "EvaluationFailed" else None
    if (evaluated or end).error.startswith("States."):
        told = _ENTERED_AT.search((evaluated or end).cause)
        event = chain.events.get(int(told.group(2))) if told else None
        if told and event and event.type.endswith("StateEntered") and event.name == told.group(1):
            return event
    if evaluated is None:
        return None
    named = [e for e in reversed(events) if _enters(e, evaluated)]
    beside = (e for e in named if e.previous_id == evaluated.previous_id)
    return next(beside, named[0] if named else None)


def _enters(event: HistoryEvent, evaluated: HistoryEvent) -> bool:
    return (
        event.type.endswith("StateEntered")
        and event.name == evaluated.name
        and event.id < evaluated.id
    )


def _behind_fail_state(broke: _Break, chain: _Chain) -> _Break:
    """The error that a Catch led to the Fail state, or the Choice that did."""
    decided = None
    for event in chain.back(broke.origin):
        before = chain.events.get(event.previous_id)
        if event.type == "ChoiceStateExited" and event.name != ENTRY:
            decided = decided or event
        left = event.type.endswith("StateExited")
        if left and before and (caught := _caught(before, chain)):
            return replace(broke, behind=caught, decided=decided)
    return replace(broke, decided=decided)


def _caught(event: HistoryEvent, chain: _Chain) -> HistoryEvent | None:
    inner = next((e for e in chain.back(event) if e.type not in _PASSED_ON), None)
    return inner if inner and is_failure_event(inner) else None


def _failure(job: str, observation: Observation, chain: _Chain, broke: _Break) -> Failure:
    root = broke.root
    error, cause = _words(observation, broke, root)
    told = read_cause(root.error, root.cause) if root else read_cause(error, cause)
    ran = chain.scopes[root.id] if root else broke.scope
    operation = ran[-1].entered if ran else None
    resource = _resource(root or broke.origin, chain)
    return Failure(
        execution_arn=observation.execution_arn,
        job=job,
        status=observation.status,
        state_path=labels(broke.scope),
        failed_state=broke.state.name if broke.state else "",
        state_type=broke.state.type if broke.state else "",
        event_id=_cited(broke).id if broke.end else 0,
        error=error,
        cause=cause,
        message=told.message or error,
        exception=told.exception,
        request_id=told.request_id,
        resource=resource,
        state_input=operation.input if operation else None,
        died_in_fail_state=broke.is_fail_state,
        caught_path=labels(ran) if root else (),
        child=_child(told.children, resource, root or broke.origin, chain),
        task=_task(told.task, root or broke.origin, chain),
        iterations=count(tuple(chain.events.values()), chain.scopes, ran),
        entered_at=operation.at if operation else None,
        failed_at=broke.end.at if broke.end else observation.stopped_at,
        evidence=_evidence(observation, broke),
    )


def _words(observation: Observation, broke: _Break, root: HistoryEvent | None) -> tuple[str, str]:
    """Error and cause in the words nearest to what broke; the end repeats them or has its own."""
    told = [e for e in (broke.origin, broke.end, root) if e and (e.error or e.cause)]
    if told:
        return told[0].error, told[0].cause
    return observation.error, observation.cause


def _cited(broke: _Break) -> HistoryEvent:
    event = broke.root or broke.origin
    if event and (is_failure_event(event) or event.type == "FailStateEntered"):
        return event
    if broke.end is None:
        raise ValueError("a history without an end has no event to cite")
    return broke.end


def _child(
    named: tuple[str, ...], resource: str, failed: HistoryEvent | None, chain: _Chain
) -> str:
    """The nested execution a task waited for; what a job writes into its cause names none."""
    if not resource.startswith(NESTED):
        return ""
    attempt = _attempt(failed, chain)
    submitted = next((e.output or "" for e in attempt if e.type == "TaskSubmitted"), "")
    return named[0] if named else nested_arn(submitted)


def _task(
    told: ContainerTask | None, failed: HistoryEvent | None, chain: _Chain
) -> ContainerTask | None:
    """The containers that failed; a task that ran out of time is named by its submission only."""
    resource, attempt = _resource(failed, chain), _attempt(failed, chain)
    if told or not resource.startswith(CONTAINERS):
        return told
    return submitted_task(next((e.output or "" for e in attempt if e.type == "TaskSubmitted"), ""))


def _resource(failed: HistoryEvent | None, chain: _Chain) -> str:
    """What the failing state ran; a state that only decides or waits ran nothing."""
    scheduled = (e for e in _attempt(failed, chain) if e.type.endswith("Scheduled"))
    return resource_of(next(scheduled, None))


def _attempt(failed: HistoryEvent | None, chain: _Chain) -> Iterator[HistoryEvent]:
    """The events of the failing state, newest first."""
    return takewhile(
        lambda e: not e.type.endswith(("StateEntered", "StateExited")), chain.back(failed)
    )


def _evidence(observation: Observation, broke: _Break) -> tuple[Evidence, ...]:
    state = broke.state.entered if broke.state else None
    cited = [broke.behind, broke.decided, state, broke.origin, broke.end]
    seen = sorted({e.id: e for e in cited if e}.values(), key=lambda e: e.id)
    return (*(_event_evidence(e, observation) for e in seen), _execution_evidence(observation))


def _event_evidence(event: HistoryEvent, observation: Observation) -> Evidence:
    words = " ".join(part for part in (event.name, event.error, _cause(event)) if part)
    return Evidence(
        id=f"E{event.id}",
        kind=EvidenceKind.EVENT,
        text=f"{event.type} {words}".strip()[:_EVIDENCE_LIMIT],
        source=observation.execution_arn,
    )


def _cause(event: HistoryEvent) -> str:
    """The cause; of a nested execution's whole document what it says, for that has its own."""
    told = read_cause(event.error, event.cause)
    if not told.children:
        return event.cause
    return f"of nested execution {told.children[0]}: {told.exception} {told.message}"


def _execution_evidence(observation: Observation) -> Evidence:
    reason = observation.redrive_status_reason
    status = observation.redrive_status or "not reported"
    redrive = f"redrive {status} {f'({reason})' if reason else ''}".strip()
    return Evidence(
        id=EXECUTION_EVIDENCE,
        kind=EvidenceKind.EXECUTION,
        text=f"{observation.status}, redriven {observation.redrive_count} times, {redrive}",
        source=observation.execution_arn,
    )
