"""A Task state: its attempts, its retries, and the events that AWS records for each."""

from __future__ import annotations

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import (
    data_limit,
    fields,
    outcome,
    retrying,
)
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.tasks import (
    activity,
    callback,
    integration,
    machine_role,
    task_token,
)
from bunsui_core.adapters.emulator.patches.tasks.integration import Call
from bunsui_core.adapters.emulator.patches.tasks.schedule import Schedule
from bunsui_core.adapters.emulator.patches.tasks.task_events import ErrorName, Events
from bunsui_core.domain.value import Json

_SDK = "arn:aws:states:::aws-sdk:"


def execute(
    state: Document, data: Json, execution: Document, context: Document
) -> tuple[Json, str | None]:
    """Run a Task state with its retries and return its output and the next state."""
    counts: dict[int, int] = {}
    place = context["State"]
    assert isinstance(place, dict)
    while True:
        place["RetryCount"] = sum(counts.values())
        try:
            output = _attempt(state, data, execution, context)
        except sf._ExecutionError as failure:
            if retrying.is_retried(state, failure.error, counts):
                continue
            return retrying.caught(state, data, context, failure)
        following: str | None = sf._next_or_end(state)
        return output, following


def _attempt(state: Document, data: Json, execution: Document, context: Document) -> Json:
    resource = str(state.get("Resource", ""))
    events = Events(execution, resource)
    if events.is_activity:
        activity.require(resource)
    if events.is_activity or resource.endswith(callback.SUFFIX):
        context["Task"] = {"Token": task_token.new()}
    else:
        context.pop("Task", None)
    parameters = integration.completed(resource, fields.given(state, data, context))
    schedule = Schedule.of(state, data, context)
    events.scheduled(parameters, schedule)
    call = Call(
        execution,
        resource.removesuffix(callback.SUFFIX),
        parameters,
        state,
        context,
        events,
        timeout=schedule.timeout,
        heartbeat=schedule.heartbeat,
    )
    try:
        schedule.require_role(context)
        machine_role.require(call, schedule.role)
        result = _called(call)
    except sf._ExecutionError as failure:
        events.failed(failure)
        raise
    events.succeeded(result)
    return fields.output(state, data, context, result)


def _called(call: Call) -> Json:
    if call.events.is_activity:
        result = activity.call(call)
    elif call.events.resource.endswith(callback.SUFFIX):
        result = callback.call(call.begun_now(), _perform)
    else:
        result = _perform(call.begun_now())
    data_limit.check(result, call.events.resource)
    return result


def _perform(call: Call) -> Json:
    """Call the service: in our own way, where somebody registered one, or in MiniStack's."""
    if own := integration.caller(call.resource):
        return own(call)
    if not call.resource.startswith(_SDK):
        raise _unknown(call)
    try:
        return call.in_time(lambda: sf._invoke_resource(call.resource, call.parameters))
    except sf._ExecutionError as failure:
        # MiniStack names itself only where it lacks a service or an operation.
        if "MiniStack" in str(failure.cause):
            raise _unknown(call) from failure
        raise


def _unknown(call: Call) -> outcome.Fatal:
    return outcome.runtime(
        f"The embedded AWS does not call {call.events.resource}: try this state on AWS."
    )


def _error_matches(named: list[str], error: str | None) -> bool:
    """Tell whether a retrier or catcher that names these errors takes an error."""
    if "States.ALL" in named or error in named:
        return True
    if isinstance(error, ErrorName) and error.also in named:
        return True
    return "States.TaskFailed" in named and error != "States.Timeout"


def install() -> None:
    """Run Task states as AWS records them."""
    anchor.require(sf._execute_task, "53c818d247dba62c")
    anchor.require(sf._error_matches, "519b9dc729c56a3c")
    sf._execute_task = execute
    sf._error_matches = _error_matches
