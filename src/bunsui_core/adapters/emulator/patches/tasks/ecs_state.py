"""Task states that run a Fargate task: `ecs:runTask`, and `ecs:runTask.sync` that waits for it."""

from __future__ import annotations

import json
from email.utils import formatdate

from ministack.services import ecs
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.fargate import ecs_document
from bunsui_core.adapters.emulator.patches.states import history
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.tasks import integration
from bunsui_core.adapters.emulator.patches.tasks.integration import Call
from bunsui_core.domain.value import Json

_PREFIX = "arn:aws:states:::ecs:runTask"
_STARTER = "AWS Step Functions"
# The exceptions of the ECS API model; whatever else ECS says is an AmazonECSException.
_MODELED = {
    "AccessDeniedException",
    "BlockedException",
    "ClientException",
    "ClusterNotFoundException",
    "ConflictException",
    "InvalidParameterException",
    "PlatformTaskDefinitionIncompatibilityException",
    "PlatformUnknownException",
    "ServerException",
    "UnsupportedFeatureException",
}


def run(call: Call) -> Json:
    """Run a task for a Task state, and wait for its end where the state asks for it.

    Raises:
        sf._ExecutionError: ECS refuses the task, or what was waited for failed.
    """
    asked = sf._pascal_to_camel(call.parameters)
    status, _, body = ecs._run_task(asked)
    answer = json.loads(body)
    if status >= 400:
        raise sf._ExecutionError(*_refusal(status, answer))
    output = _submitted(answer)
    if not call.resource.endswith(".sync"):
        return output
    call.events.submitted(output)
    arns = [task["taskArn"] for task in answer["tasks"]]
    try:
        call.wait(lambda: all(_is_stopped(arn) for arn in arns))
    except (sf._ExecutionError, history.Closed):
        for arn in arns:
            ecs._stop_task({"cluster": asked.get("cluster"), "task": arn})
        raise
    return _ended([_shown(arn) for arn in arns])


def _ended(tasks: list[Document]) -> Json:
    for task in tasks:
        if _failed(task):
            told = json.dumps(task, separators=(",", ":"))
            raise sf._ExecutionError("States.TaskFailed", told)
    return tasks[0]


def _failed(task: Document) -> bool:
    """A container that never ran has no exit code."""
    codes = [row.get("ExitCode") for row in ecs_document.listed(task["Containers"])]
    return task.get("StopCode") == "TaskFailedToStart" or any(code != 0 for code in codes)


def _is_stopped(arn: str) -> bool:
    task = ecs._tasks.get(arn)
    return task is None or task["lastStatus"] == "STOPPED"


def _shown(arn: str) -> Document:
    return ecs_document.document(ecs_document.in_states(ecs._sanitize(ecs._tasks.get(arn) or {})))


def _submitted(answer: Document) -> Json:
    request_id, length = sf.new_uuid(), str(len(json.dumps(answer)))
    date, kind = formatdate(usegmt=True), "application/x-amz-json-1.1"
    return {
        "Failures": answer["failures"],
        "SdkHttpMetadata": {
            "AllHttpHeaders": {
                "x-amzn-RequestId": [request_id],
                "Content-Length": [length],
                "Date": [date],
                "Content-Type": [kind],
            },
            "HttpHeaders": {
                "Content-Length": length,
                "Content-Type": kind,
                "Date": date,
                "x-amzn-RequestId": request_id,
            },
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
        "Tasks": ecs_document.in_states(answer["tasks"]),
    }


def _refusal(status: int, answer: Document) -> tuple[str, str]:
    code = str(answer.get("__type", "")).rpartition("#")[2]
    named = f"ECS.{code}" if code in _MODELED else "ECS.AmazonECSException"
    return named, (
        f"{answer.get('message', '')} (Service: AmazonECS; Status Code: {status}; "
        f"Error Code: {code}; Request ID: {sf.new_uuid()}; Proxy: null)"
    )


def install() -> None:
    """Let Task states run Fargate tasks."""
    integration.register(_PREFIX, run, {"StartedBy": _STARTER})
