"""A Task state: its attempts, its retries, and the events that AWS records for each."""

from __future__ import annotations

import json
import time

from ministack.services import lambda_svc
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor, integration
from bunsui_core.adapters.emulator.patches.history import Document
from bunsui_core.adapters.emulator.patches.integration import Call
from bunsui_core.adapters.emulator.patches.task_events import TIMED_OUT, Events
from bunsui_core.domain.value import Json

_LONGEST_SLEEP_SECONDS = 60


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
            if _retried(state, failure.error, counts):
                continue
            return _caught(state, data, context, failure)
        following: str | None = sf._next_or_end(state)
        return output, following


def _attempt(state: Document, data: Json, execution: Document, context: Document) -> Json:
    resource = str(state.get("Resource", ""))
    if ".waitForTaskToken" in resource:
        context["Task"] = {"Token": sf.new_uuid()}
    parameters = _parameters(state, data, context)
    events = Events(execution, resource)
    events.scheduled(parameters, _limits(state))
    call = Call(execution, resource, parameters, state, context, events, _deadline(state))
    try:
        result = _call(call)
    except sf._ExecutionError as failure:
        events.failed(failure.error, failure.cause)
        raise
    events.succeeded(result)
    return _output(state, data, context, result)


def _parameters(state: Document, data: Json, context: Document) -> Json:
    parameters: Json
    if _is_jsonata(state, context):
        parameters = sf._apply_jsonata_arguments(state, data, context)
    else:
        parameters = sf._apply_parameters(
            state, sf._apply_input_path(state, data, context), context
        )
    return parameters


def _limits(state: Document) -> Document:
    named = {"TimeoutSeconds": "timeoutInSeconds", "HeartbeatSeconds": "heartbeatInSeconds"}
    return {
        name: state[field] for field, name in named.items() if isinstance(state.get(field), int)
    }


def _deadline(state: Document) -> float | None:
    seconds = state.get("TimeoutSeconds")
    return time.monotonic() + seconds if isinstance(seconds, int) else None


def _call(call: Call) -> Json:
    state, resource, parameters = call.state, call.resource, call.parameters
    own = integration.caller(resource)
    result: Json
    if own:
        result = own(call)
    elif ".waitForTaskToken" in resource:
        token = call.context["Task"]
        assert isinstance(token, dict)
        result = sf._invoke_with_callback(resource, parameters, token["Token"], state)
    # An activity's time starts when a worker takes the task, not when it is scheduled.
    elif "TimeoutSeconds" in state and ":activity:" not in resource:
        try:
            result = sf._invoke_resource_with_timeout(resource, parameters, state["TimeoutSeconds"])
        except sf._ExecutionError as failure:
            # AWS records a timeout without a cause.
            cause = None if failure.error == TIMED_OUT else failure.cause
            raise sf._ExecutionError(failure.error, cause) from failure
    else:
        result = sf._invoke_resource(resource, parameters)
    return result


def _output(state: Document, data: Json, context: Document, result: Json) -> Json:
    output: Json
    if _is_jsonata(state, context):
        output = sf._apply_jsonata_output(state, data, context, result=result, default=result)
        sf._apply_state_assign(state, data, context, result=result)
    else:
        selected = sf._apply_result_selector(state, result)
        merged = sf._apply_result_path(state, data, selected)
        output = sf._apply_output_path(state, merged, context)
    return output


def _retried(state: Document, error: str, counts: dict[int, int]) -> bool:
    retrier, index = sf._find_matching_retrier(state.get("Retry", []), error, counts)
    if retrier is None:
        return False
    count = counts.get(index, 0)
    counts[index] = count + 1
    pause = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** count
    longest = min(retrier.get("MaxDelaySeconds", _LONGEST_SLEEP_SECONDS), _LONGEST_SLEEP_SECONDS)
    sf._scaled_sleep(min(pause, longest))
    return True


def _caught(
    state: Document, data: Json, context: Document, failure: sf._ExecutionError
) -> tuple[Json, str | None]:
    catcher = sf._find_matching_catcher(state.get("Catch", []), failure.error)
    if catcher is None:
        raise failure
    language = sf._state_query_language(state, context)
    document = {"Error": failure.error, "Cause": failure.cause}
    output: Json = sf._apply_catcher(catcher, data, context, language, document)
    return output, str(catcher["Next"])


def _is_jsonata(state: Document, context: Document) -> bool:
    return bool(sf._state_query_language(state, context) == "JSONata")


def call_function(reference: str, event: Json) -> Json:
    """Invoke a function for a Task and return what it returned; its error is the task's error."""
    function, config, name = lambda_svc._get_func_record_for_ref(reference)
    if not function or not config:
        raise sf._ExecutionError("Lambda.ResourceNotFoundException", _not_found(reference, name))
    record = lambda_svc._execution_record_for_config(function, config)
    result = lambda_svc._execute_function_with_config_scope(record, event)
    body: Json = result.get("body")
    if not result.get("error"):
        return body
    if result.get("throttle"):
        raise sf._ExecutionError("Lambda.TooManyRequestsException", _throttled(body))
    error = body.get("errorType") if isinstance(body, dict) else None
    raise sf._ExecutionError(error or "Lambda.Unknown", json.dumps(body, separators=(",", ":")))


def _not_found(reference: str, name: str) -> str:
    prefix = f"arn:aws:lambda:{sf.get_region()}:{sf.get_account_id()}:function:"
    arn = reference if reference.startswith("arn:") else f"{prefix}{name}"
    return f"Function not found: {arn} {_said_by_lambda(404, 'ResourceNotFoundException')}"


def _throttled(body: Json) -> str:
    message = body.get("message") if isinstance(body, dict) else "Rate Exceeded."
    return f"{message} {_said_by_lambda(429, 'TooManyRequestsException')}"


def _said_by_lambda(status: int, code: str) -> str:
    return (
        f"(Service: AWSLambda; Status Code: {status}; Error Code: {code}; "
        f"Request ID: {sf.new_uuid()}; Proxy: null)"
    )


def install() -> None:
    """Record the attempts of tasks, and report the errors of their functions, as AWS does."""
    anchor.require(sf._execute_task, "53c818d247dba62c")
    anchor.require(sf._call_lambda, "25830369b12636da")
    sf._execute_task = execute
    sf._call_lambda = call_function
