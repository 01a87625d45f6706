"""A Task that invokes a function: through `lambda:invoke`, or by the function's own ARN."""

from __future__ import annotations

from ministack.services import lambda_svc
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import history
from bunsui_core.adapters.emulator.patches.tasks import integration
from bunsui_core.adapters.emulator.patches.tasks.integration import Call
from bunsui_core.adapters.emulator.patches.tasks.service_answer import of_function
from bunsui_core.domain.value import Json

_INVOKE = "arn:aws:states:::lambda:invoke"
_BARE = "arn:aws:lambda:"


def invoke(call: Call) -> Json:
    """Invoke the function that the parameters name and return Invoke's answer."""
    parameters = call.parameters if isinstance(call.parameters, dict) else {}
    name, qualifier = str(parameters.get("FunctionName", "")), parameters.get("Qualifier")
    reference = sf._resolve_lambda_function_ref(
        f"{name}:{qualifier}" if qualifier else name, optimized=True
    )
    payload = parameters.get("Payload", {})
    result = call.in_time(lambda: invoked(reference, payload))
    return of_function(str(qualifier or "$LATEST"), result)


def invoke_bare(call: Call) -> Json:
    """Invoke the function that the Resource is and return what it returned."""
    reference = sf._extract_lambda_ref(call.resource)
    return call.in_time(lambda: invoked(reference, call.parameters))


def invoked(reference: str, event: Json) -> Json:
    """Invoke a function and return what it returned; its error is the task's error."""
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
    raise sf._ExecutionError(error or "Lambda.Unknown", history.text(body))


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
    """Invoke functions for Tasks, and report their errors as Step Functions does."""
    anchor.require(sf._call_lambda, "25830369b12636da")
    sf._call_lambda = invoked
    integration.register(_INVOKE, invoke)
    integration.register(_BARE, invoke_bare)
