"""A machine's role: what its Tasks may call, and who may take it."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext
from ministack.services import iam, sts
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.identity import iam_request
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.tasks import service_errors
from bunsui_core.adapters.emulator.patches.tasks.integration import Call
from bunsui_core.adapters.emulator.patches.tasks.service_errors import Refusal
from bunsui_core.adapters.emulator.patches.tasks.task_permission import Needed, needed
from bunsui_core.domain.value import Json

_Response = tuple[int, dict[str, str], bytes]

_TAKER = "states.amazonaws.com"
_NOT_ASSUMABLE = (
    f"Neither the global service principal {_TAKER}, nor the regional one is authorized to "
    "assume the provided role."
)
_NOT_TAKEN = "The role {own} is not authorized to assume the task state's role, {role}."
# With which status and code a service refuses; the others with 400 and AccessDeniedException.
_REFUSALS = {
    "lambda": (403, "AccessDeniedException"),
    "s3": (403, "AccessDenied"),
    "sqs": (403, "AccessDenied"),
    "sns": (403, "AuthorizationError"),
}
# How Step Functions names a refusal of what it calls in its own way, where no other module knows.
_OPTIMIZED = {
    "lambda": ("Lambda.AWSLambdaException", "AWSLambda"),
    "ecs": ("ECS.AccessDeniedException", "AmazonECS"),
    "states": ("StepFunctions.AWSStepFunctionsException", "AWSStepFunctions"),
}
_KNOWN = {"dynamodb", "sqs", "sns", "events"}
_SDK_NAMES = {"states": "sfn", "events": "eventbridge", "logs": "cloudwatchlogs"}


def require(call: Call, role: str) -> None:
    """Pass when a Task's call may be made by its machine's role, or by the one its state names.

    Raises:
        sf._ExecutionError: the role cannot be taken, or the service refuses the call.
    """
    need, own = needed(call), _role_of(call.context)
    if need is None or _is_foreign(role):
        return
    if role and not _may_take(own, role):
        raise sf._ExecutionError("States.TaskFailed", _NOT_TAKEN.format(own=own, role=role))
    iam_request.arrived(need.request)
    with _session(role or own) as (key, principal):
        refused = iam_evaluator.enforce(
            key, need.check.action, need.service, sf.get_region(), need.check.resource, {}
        )
        if refused is not None:
            raise _failure(need, str(iam_request.words(principal).get("message", "")))


def _is_foreign(role: str) -> bool:
    """Tell whether a role is of another account, of which nothing is known here."""
    return bool(role) and f":iam::{sf.get_account_id()}:" not in role


def _may_take(own: str, role: str) -> bool:
    found = iam._roles.get(role.rpartition("/")[2]) or {}
    with _session(own) as (key, principal):
        refused = iam_evaluator.enforce(key, "sts:AssumeRole", "sts", sf.get_region(), role, {})
        trust = found.get("AssumeRolePolicyDocument") or "{}"
        return refused is None and bool(iam_evaluator.evaluate_trust_policy(trust, principal))


def _failure(need: Needed, message: str) -> sf._ExecutionError:
    status, code = _REFUSALS.get(need.service, (400, "AccessDeniedException"))
    if need.is_optimized and need.service in _OPTIMIZED:
        error, service = _OPTIMIZED[need.service]
        said = f"Service: {service}; Status Code: {status}; Error Code: {code}"
        cause = f"{message} ({said}; Request ID: {sf.new_uuid()}; Proxy: null)"
        return sf._ExecutionError(error, cause)
    refusal = Refusal(status, code, message)
    if need.is_optimized and need.service in _KNOWN:
        return service_errors.optimized_error(need.service, refusal)
    return service_errors.sdk_error(_SDK_NAMES.get(need.service, need.service), refusal)


def _role_of(context: Document) -> str:
    # The child of a Map Run has the role of the machine above it.
    execution = context.get("Execution")
    return str(execution.get("RoleArn", "")) if isinstance(execution, dict) else ""


@contextmanager
def _session(role: str) -> Iterator[tuple[str, str]]:
    """Take a role for one call; give the session's key and its ARN."""
    name = role.rpartition("/")[2]
    letters = "".join(secrets.choice(string.ascii_letters) for _ in range(32))
    key = f"ASIA{secrets.token_hex(8).upper()}"
    arn = f"arn:aws:sts::{sf.get_account_id()}:assumed-role/{name}/{letters}"
    secret = {"SecretAccessKey": secrets.token_hex(), "UserId": f"{name}:{letters}", "Arn": arn}
    sts._sessions[key] = secret
    try:
        yield key, arn
    finally:
        sts._sessions.pop(key, None)


def is_assumable(role: str, machine: str) -> bool:
    """Tell whether a role trusts Step Functions on behalf of a machine."""
    found = iam._roles.get(role.rpartition("/")[2])
    if found is None:
        return True
    keys: dict[str, Json] = {"aws:sourceaccount": sf.get_account_id(), "aws:sourcearn": machine}
    context = EvalContext(
        principal_arn="",
        principal_type="Service",
        principal_account="",
        action="sts:AssumeRole",
        resource_arn=role,
        region=sf.get_region(),
        service_context=keys,
    )
    trust = found.get("AssumeRolePolicyDocument")
    decided = iam_evaluator.evaluate_resource_policy(trust, context, service=_TAKER)
    return bool(decided.decision == "Allow")


def install() -> None:
    """Let a machine be made only with a role that trusts Step Functions."""
    anchor.require(sf._create_state_machine, "4bc1231dda6925d2")
    create = sf._create_state_machine

    def create_state_machine(data: Document) -> _Response:
        name, role = str(data.get("name", "")), str(data.get("roleArn", ""))
        machine = f"arn:aws:states:{sf.get_region()}:{sf.get_account_id()}:stateMachine:{name}"
        response: _Response
        if role and not is_assumable(role, machine):
            response = sf.error_response_json("AccessDeniedException", _NOT_ASSUMABLE, 400)
        else:
            response = create(data)
        return response

    sf._create_state_machine = create_state_machine
