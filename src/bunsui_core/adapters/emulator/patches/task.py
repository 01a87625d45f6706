"""A Task state: its attempts, its retries, and the events that AWS records for each."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ministack.services import lambda_svc
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.history import Document
from bunsui_core.domain.value import Json

_LONGEST_SLEEP_SECONDS = 60
_TIMED_OUT = "States.Timeout"


@dataclass(frozen=True)
class Events:
    """The names and common fields of the events of one task."""

    execution: Document
    resource: str

    @property
    def is_bare_function(self) -> bool:
        """Tell whether the resource is a function's ARN, whose events are LambdaFunction*."""
        return ":lambda:" in self.resource and ":function:" in self.resource

    @property
    def integration(self) -> Document:
        """The two fields by which AWS names an integration."""
        head, _, tail = self.resource.partition(":::")
        if not tail:
            return {
                "resourceType": head.split(":")[2] if head.count(":") > 2 else "",
                "resource": head,
            }
        parts = tail.split(":")
        kind = 2 if parts[0] == "aws-sdk" else 1
        return {"resourceType": ":".join(parts[:kind]), "resource": ":".join(parts[kind:])}

    def scheduled(self, parameters: Json, limits: Document) -> None:
        """Record that an attempt was scheduled and started."""
        text = json.dumps(parameters, separators=(",", ":"))
        if self.is_bare_function:
            self._add(
                "LambdaFunctionScheduled", {"resource": self.resource, "input": text, **limits}
            )
            self._add("LambdaFunctionStarted", {})
            return
        region = sf.get_region()
        self._add(
            "TaskScheduled", {**self.integration, "region": region, "parameters": text, **limits}
        )
        self._add("TaskStarted", self.integration)

    def succeeded(self, result: Json) -> None:
        """Record that an attempt gave a result."""
        output: Document = {"output": json.dumps(result, separators=(",", ":"))}
        if self.is_bare_function:
            self._add("LambdaFunctionSucceeded", output)
        else:
            self._add("TaskSucceeded", {**self.integration, **output})

    def failed(self, error: str, cause: str | None) -> None:
        """Record that an attempt failed or ran out of time."""
        details: Document = {"error": error, "cause": cause} if cause else {"error": error}
        ending = "TimedOut" if error == _TIMED_OUT else "Failed"
        if self.is_bare_function:
            self._add(f"LambdaFunction{ending}", details)
        else:
            self._add(f"Task{ending}", {**self.integration, **details})

    def _add(self, name: str, details: Document) -> None:
        key = f"{name[0].lower()}{name[1:]}EventDetails"
        sf._add_event(self.execution, name, {key: details} if details else {})


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
    try:
        result = _call(state, resource, parameters, context)
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


def _call(state: Document, resource: str, parameters: Json, context: Document) -> Json:
    result: Json
    if ".waitForTaskToken" in resource:
        token = context["Task"]
        assert isinstance(token, dict)
        result = sf._invoke_with_callback(resource, parameters, token["Token"], state)
    # An activity's time starts when a worker takes the task, not when it is scheduled.
    elif "TimeoutSeconds" in state and ":activity:" not in resource:
        try:
            result = sf._invoke_resource_with_timeout(resource, parameters, state["TimeoutSeconds"])
        except sf._ExecutionError as failure:
            # AWS records a timeout without a cause.
            cause = None if failure.error == _TIMED_OUT else failure.cause
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
