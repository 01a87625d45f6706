"""When each state of an execution ran, and how each run of it ended, read from its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bunsui_core.domain.door import ENTRY
from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.history import is_failure_event
from bunsui_core.domain.trace import CONTAINERS, Frame, Scope, scopes
from bunsui_core.domain.value import Instant, Value

_BROKEN_ITERATION = frozenset({"MapIterationFailed", "MapIterationAborted"})
_ENDS = frozenset(
    {"ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"}
)


class StateEnd(StrEnum):
    """How one run of a state ended; CAUGHT failed and went on, STOPPED ended with others."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    CAUGHT = "CAUGHT"
    FAILED = "FAILED"
    STOPPED = "STOPPED"


class StateRun(Value):
    """One run of a state; `tries` counts what it scheduled, so a Retry is one more."""

    began: Instant
    ended: Instant | None
    end: StateEnd
    tries: int = 0


class StateTrack(Value):
    """All runs of one state, in the order they began; the path is outermost first."""

    path: tuple[str, ...]
    type: str
    runs: tuple[StateRun, ...]

    @property
    def failed(self) -> int:
        """How many runs failed and were not caught."""
        return sum(run.end is StateEnd.FAILED for run in self.runs)


class JobTimeline(Value):
    """The states of one execution of a job; `note` says what is missing and why."""

    session_id: str
    job: str
    attempt: int
    execution_arn: str
    redrive_count: int
    tracks: tuple[StateTrack, ...]
    is_over: bool
    note: str = ""


@dataclass
class _Run:
    path: tuple[str, ...]
    frame: Frame
    began: datetime
    ended: datetime | None = None
    end: StateEnd = StateEnd.RUNNING
    tries: int = 0
    has_failed: bool = False

    def close(self, at: datetime, end: StateEnd) -> None:
        self.ended, self.end = at, end


@dataclass
class _Walk:
    """The runs seen so far; those not over are found by the event that entered their state."""

    runs: list[_Run] = field(default_factory=list)
    open: dict[int, _Run] = field(default_factory=dict)

    def close(self, frames: Iterable[Frame], at: datetime, end: StateEnd | None = None) -> None:
        for frame in frames:
            run = self.open.pop(frame.entered.id, None)
            if run:
                run.close(at, end or _broken(run))


def tracks(events: tuple[HistoryEvent, ...]) -> tuple[StateTrack, ...]:
    """Return the states of an execution with their runs, each below the state that holds it.

    The state by which bunsui enters a machine does none of its work and is left out.
    """
    found = scopes(events)
    walk = _Walk()
    for event in events:
        _take(event, found, walk)
    return tuple(track for track in _ordered(walk.runs) if track.path != (ENTRY,))


def is_over(events: tuple[HistoryEvent, ...]) -> bool:
    """Whether the events end with the end of the execution."""
    return bool(events) and events[-1].type in _ENDS


def _take(event: HistoryEvent, found: Mapping[int, Scope], walk: _Walk) -> None:
    if event.type in _ENDS:
        _end(event, found.get(event.previous_id, ()), walk)
        return
    _open(event, found[event.id], walk)
    before = found.get(event.previous_id, ())
    if event.type.endswith("StateExited"):
        _exit(event, before, walk)
    elif event.type in _BROKEN_ITERATION:
        walk.close(_inside_iteration(before), event.at)
    else:
        _note(event, before, found[event.id], walk)


def _open(event: HistoryEvent, scope: Scope, walk: _Walk) -> None:
    """A state is open from its entry; after a redrive from the first event inside it."""
    if event.type == "ExecutionRedriven":
        return
    for depth, frame in enumerate(scope, 1):
        if frame.entered.id not in walk.open:
            run = _Run(tuple(one.name for one in scope[:depth]), frame, event.at)
            walk.open[frame.entered.id] = run
            walk.runs.append(run)


def _exit(event: HistoryEvent, before: Scope, walk: _Walk) -> None:
    at = next((i for i, frame in enumerate(before) if frame.name == event.name), None)
    if at is not None:
        left = before[at:]
    else:  # a container that failed is out of the scope already when its Catch leaves it
        left = tuple(run.frame for run in walk.open.values() if run.frame.name == event.name)[-1:]
    walk.close(left[1:], event.at)
    for frame in left[:1]:
        run = walk.open.get(frame.entered.id)
        caught = run is not None and run.has_failed
        walk.close([frame], event.at, StateEnd.CAUGHT if caught else StateEnd.SUCCEEDED)


def _note(event: HistoryEvent, before: Scope, scope: Scope, walk: _Walk) -> None:
    """Count what a state schedules, and remember whether its last try failed."""
    for container in CONTAINERS:
        if event.type == f"{container}StateFailed":
            _fail(before, container, walk)
    run = walk.open.get(scope[-1].entered.id) if scope else None
    if run is None:
        return
    if event.type.endswith("Scheduled"):
        run.tries += 1
        run.has_failed = False
    elif event.type.endswith("StateStarted"):
        run.has_failed = False
    elif is_failure_event(event):
        run.has_failed = True


def _fail(before: Scope, container: str, walk: _Walk) -> None:
    at = max((i for i, frame in enumerate(before) if frame.type == container), default=-1)
    run = walk.open.get(before[at].entered.id) if at >= 0 else None
    if run:
        run.has_failed = True


def _inside_iteration(before: Scope) -> Scope:
    at = max((i for i, frame in enumerate(before) if frame.type == "Map"), default=-1)
    return before[at + 1 :]


def _end(event: HistoryEvent, broken: Scope, walk: _Walk) -> None:
    """An execution that fails ends in the scope that broke; whatever else is open is stopped."""
    if event.type == "ExecutionFailed":
        walk.close(broken, event.at, StateEnd.FAILED)
    walk.close([run.frame for run in walk.open.values()], event.at)


def _broken(run: _Run) -> StateEnd:
    return StateEnd.FAILED if run.has_failed or run.frame.type == "Fail" else StateEnd.STOPPED


def _ordered(runs: list[_Run]) -> tuple[StateTrack, ...]:
    by_path: dict[tuple[str, ...], list[_Run]] = {}
    for run in runs:
        by_path.setdefault(run.path, []).append(run)
    first = {path: at for at, path in enumerate(by_path)}
    ranked = sorted(by_path, key=lambda path: [first[path[: n + 1]] for n in range(len(path))])
    return tuple(
        StateTrack(
            path=path,
            type=by_path[path][0].frame.type,
            runs=tuple(
                StateRun(began=run.began, ended=run.ended, end=run.end, tries=run.tries)
                for run in by_path[path]
            ),
        )
        for path in ranked
    )
