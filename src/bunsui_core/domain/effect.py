"""What running a failed job again would do twice: which operations began, and of which class.

A class is declared in the pipeline; otherwise it is inferred from the call that a Task makes. What
a function, a container or a nested execution does is not known, and counts as external.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bunsui_core.domain.container_task import task_of
from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.operation import named, resource_of
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.signs import stem
from bunsui_core.domain.trace import scopes
from bunsui_core.domain.value import Json, Value, read_json
from bunsui_core.domain.verdict import Again, Mode

_ORDER = (SideEffect.PURE, SideEffect.IDEMPOTENT, SideEffect.APPEND, SideEffect.EXTERNAL)
_READS = re.compile(
    r"(?:get|list|describe|head|query|scan|batchGet|search|lookup|select)(?:[A-Z]\w*)?"
)
_SAME_TWICE: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset({"putItem", "deleteItem"}),
    "s3": frozenset({"putObject", "deleteObject", "copyObject", "putObjectTagging"}),
    "ssm": frozenset({"putParameter"}),
}
"""Calls that leave the same behind when they are made twice with the same parameters."""

_ADDS: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset({"updateItem"}),
    "kinesis": frozenset({"putRecord", "putRecords"}),
    "firehose": frozenset({"putRecord", "putRecordBatch"}),
}
_TAKES = frozenset({"sqs", "sfn"})
"""Services of which a call that is named like reading takes something away."""

_NEVER_SAME = re.compile(
    r"States\.UUID|States\.MathRandom|\$uuid|\$random|\$now|\$millis|"
    r"EnteredTime|StartTime|Execution\.Id|Execution\.Name|RetryCount|RedriveCount"
)
"""What makes the parameters of a call others when it is made again."""

_NOT_DONE = frozenset(
    {
        "accessdenied",
        "awslambda",
        "conditionalcheckfailed",
        "kmsaccessdenied",
        "nosuchbucket",
        "nosuchkey",
        "provisionedthroughputexceeded",
        "queuedoesnotexist",
        "resourcenotfound",
        "statemachinedoesnotexist",
        "throttling",
        "toomanyrequests",
        "validation",
    }
)
"""Stems of the codes with which a service refuses a call without doing any of it."""

_DENIED = "is not authorized to perform"
_CALLED = re.compile(r"[A-Za-z0-9]+\.[A-Za-z0-9]+")


class Operation(Value):
    """One call of a Task: in which state, of what, since which event, and whether it began."""

    state: str
    outermost: str
    resource: str
    since: int
    began: bool
    effect: SideEffect


def operations(history: tuple[HistoryEvent, ...], definition: str) -> tuple[Operation, ...]:
    """Return every call that the Tasks of an execution made, retries among them."""
    open_at, refused = scopes(history), _refused(history)
    found = []
    for event in history:
        if not event.type.endswith("Scheduled") and event.type != "MapRunStarted":
            continue
        scope = open_at[event.id]
        resource = resource_of(event) if event.type != "MapRunStarted" else "states:mapRun"
        state = scope[-1].name if scope else ""
        found.append(
            Operation(
                state=state,
                outermost=scope[0].name if scope else "",
                resource=resource,
                since=event.id,
                began=event.id not in refused,
                effect=inferred(_service_of(event, resource), _text_of(definition, state)),
            )
        )
    return tuple(found)


def inferred(resource: str, text: str) -> SideEffect:
    """Return the class of a call, `service:action`; `text` is its state's definition."""
    *services, action = resource.removesuffix(".sync").split(":")
    service = services[-1] if services else ""
    if not service or "." in action or service in _TAKES:
        return SideEffect.EXTERNAL
    if _READS.fullmatch(action):
        return SideEffect.PURE
    if action in _SAME_TWICE.get(service, ()):
        return SideEffect.APPEND if _NEVER_SAME.search(text) else SideEffect.IDEMPOTENT
    return SideEffect.APPEND if action in _ADDS.get(service, ()) else SideEffect.EXTERNAL


def again(
    mode: Mode, declared: SideEffect, ran: tuple[Operation, ...], state: str, failing: str
) -> Again:
    """Return what running again in a mode would do twice.

    `state` is the top-level state at which it goes on; a restart goes on at the beginning. The
    `failing` state is the one that broke, perhaps deeper. A class that is declared as anything but
    external is taken at its word.
    """
    since = 0 if mode is Mode.RESTART else _entered(ran, state)
    made = [one for one in ran if one.since >= since]
    effect, told = _twice(mode, declared, [one for one in made if one.began])
    is_anew = any(one.state != failing for one in made)
    return Again(mode=mode, effect=effect, text=told, is_anew=is_anew)


def _twice(mode: Mode, declared: SideEffect, twice: list[Operation]) -> tuple[SideEffect, str]:
    if mode is Mode.MARK_DONE or not twice:
        return SideEffect.PURE, "nothing that it calls had begun, so nothing is done twice"
    if declared is not SideEffect.EXTERNAL:
        told = "doing it twice changes nothing" if _is_repeatable(declared) else _TWICE
        return declared, f"its effect is {declared}: {told}"
    worst = max(twice, key=lambda one: _ORDER.index(one.effect))
    if _is_repeatable(worst.effect):
        return worst.effect, f"all it does again is {worst.effect}: twice changes nothing"
    called = named(worst.resource, None)
    told = f"{worst.state} began {called}, whose effect is {worst.effect}: {_TWICE}"
    return worst.effect, told


_TWICE = "what was done before may be done twice"


def _is_repeatable(effect: SideEffect) -> bool:
    return effect in {SideEffect.PURE, SideEffect.IDEMPOTENT}


def _entered(ran: tuple[Operation, ...], state: str) -> int:
    """The first call since the state was last entered; calls of other states came before it.

    A state that a loop enters again closed at the first call of another state.
    """
    since = 0
    is_open = False
    for one in ran:
        if one.outermost != state:
            is_open = False
        elif not is_open:
            since, is_open = one.since, True
    return since if since else (ran[-1].since + 1 if ran and state else 0)


def _refused(history: tuple[HistoryEvent, ...]) -> frozenset[int]:
    """The calls, by the event that scheduled them, that a service refused as a whole."""
    by_id = {event.id: event for event in history}
    failed = (event for event in history if event.type.endswith("Failed") and _was_refused(event))
    return frozenset(
        one.id for event in failed for one in _back(event, by_id) if one.type.endswith("Scheduled")
    )


def _back(event: HistoryEvent, by_id: Mapping[int, HistoryEvent]) -> Iterator[HistoryEvent]:
    """The events of one call, newest first, up to its scheduling."""
    at: HistoryEvent | None = event
    while at and not at.type.endswith(("StateEntered", "StateExited")):
        yield at
        if at.type.endswith("Scheduled"):
            return
        at = by_id.get(at.previous_id) if at.previous_id < at.id else None


def _was_refused(failed: HistoryEvent) -> bool:
    if failed.type.endswith(("StartFailed", "ScheduleFailed", "SubmitFailed")):
        return True
    if _CALLED.fullmatch(failed.error) and not failed.error.startswith("States."):
        code = stem(failed.error)
        return code in _NOT_DONE and (code != "awslambda" or _DENIED in failed.cause)
    return _never_started(failed.cause)


def _never_started(cause: str) -> bool:
    """Whether a cause is a task whose containers did not start, as when no image is pulled."""
    try:
        document: Json = read_json(cause)
    except ValueError:
        return False
    if not isinstance(document, dict) or "StopCode" not in document:
        return False
    task = task_of(document)
    return task.stop_code == "TaskFailedToStart" and task.exit_code is None


def _service_of(event: HistoryEvent, resource: str) -> str:
    """A function is called by its name; what it does is not known."""
    return "lambda:invoke" if event.resource_type in {"lambda", ""} else resource


def _text_of(definition: str, state: str) -> str:
    """The text of a state, or of the whole where it lies deeper: only to look for words."""
    try:
        document: Json = read_json(definition)
    except ValueError:
        return definition
    states = document.get("States") if isinstance(document, dict) else None
    found = states.get(state) if isinstance(states, dict) else None
    return str(found) if found else definition
