"""ECS runs Fargate tasks: RunTask and StopTask as AWS answers, containers as local processes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ministack.core.responses import error_response_json, json_response
from ministack.services import ecs

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.fargate import ecs_document
from bunsui_core.adapters.emulator.patches.fargate.ecs_task import Run
from bunsui_core.adapters.emulator.patches.states.history import Document

_Response = tuple[int, dict[str, str], bytes]

_END_SECONDS = 5.0
_MOST_TASKS = 10
# DescribeTasks: "stopped tasks appear in the returned results for at least one hour".
_REMEMBERED = timedelta(hours=1)
_CLUSTER = ("ClusterNotFoundException", "Cluster not found.")
_TASK = ("InvalidParameterException", "The referenced task was not found.")
_NETWORK = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
_closing: list[Callable[[], None]] = []
_INTERRUPTED = "The embedded AWS ended while the task was running"


class Fargate:
    """The tasks that run on this machine."""

    def __init__(self, temporary: Path, changed: Callable[[], None]) -> None:
        self._folder = temporary / "tasks"
        self._changed = changed
        self._runs: dict[str, Run] = {}

    def run_task(self, asked: Document) -> _Response:
        """Answer RunTask, and start what it asks for."""
        refusal = _refusal(asked)
        if refusal:
            return _refused(*refusal)
        cluster = ecs._clusters[ecs._resolve_cluster_name(asked.get("cluster"))]
        definition = ecs._task_defs[ecs._resolve_td_key(asked.get("taskDefinition"))]
        runs = [self._accepted(definition, asked, cluster) for _ in range(_count(asked))]
        answer = json_response({"tasks": [ecs._sanitize(r.task) for r in runs], "failures": []})
        for run in runs:
            run.begin()
        return (answer[0], answer[1], answer[2])

    def _accepted(self, definition: Document, asked: Document, cluster: Document) -> Run:
        task = ecs_document.new_task(definition, asked, cluster)
        arn = str(task["taskArn"])
        folder = self._folder / arn.rpartition("/")[2]
        run = Run(task, definition, asked, folder, self._changed)
        for ended in [a for a, r in self._runs.items() if r.task["lastStatus"] == "STOPPED"]:
            del self._runs[ended]
        self._runs[arn] = run
        ecs._tasks[arn] = task
        if task["tags"]:
            ecs._tags[arn] = task["tags"]
        return run

    def stop_task(self, asked: Document) -> _Response:
        """Answer StopTask, and let the task end."""
        cluster = ecs._resolve_cluster_name(asked.get("cluster"))
        if cluster not in ecs._clusters:
            return _refused(*_CLUSTER)
        task = ecs._resolve_task(str(asked.get("task", "")), cluster)
        if not task:
            return _refused(*_TASK)
        run = self._runs.get(task["taskArn"])
        if run:
            run.stop("UserInitiated", str(asked.get("reason") or "Task stopped by user"))
        answer = json_response({"task": ecs._sanitize(task)})
        return (answer[0], answer[1], answer[2])

    def looked_at(self, answer: Callable[[Document], _Response]) -> Callable[[Document], _Response]:
        """Return the same answer about tasks, for a cluster that is there and tasks still known."""

        def answered(asked: Document) -> _Response:
            if ecs._resolve_cluster_name(asked.get("cluster")) not in ecs._clusters:
                return _refused(*_CLUSTER)
            for arn in [arn for arn, task in ecs._tasks.items() if _is_forgotten(task)]:
                ecs._tasks.pop(arn, None)
            return answer(asked)

        return answered

    def close(self) -> None:
        """Kill every container."""
        for run in tuple(self._runs.values()):
            run.end(_END_SECONDS)
        self._runs.clear()


def _is_forgotten(task: Document) -> bool:
    stopped_at = task.get("stoppedAt")
    if task["lastStatus"] != "STOPPED" or not isinstance(stopped_at, str):
        return False
    return datetime.now(UTC) > datetime.fromisoformat(stopped_at) + _REMEMBERED


def _refusal(asked: Document) -> tuple[str, str] | None:
    """Return why ECS does not accept a task, in its words."""
    name = ecs._resolve_cluster_name(asked.get("cluster"))
    if name is None or ecs._clusters.get(name, {}).get("status") != "ACTIVE":
        return _CLUSTER
    definition = ecs._task_defs.get(ecs._resolve_td_key(asked.get("taskDefinition")))
    if not definition:
        return "ClientException", "TaskDefinition not found."
    if definition["status"] != "ACTIVE":
        return "ClientException", "TaskDefinition is inactive"
    problem = _placement_problem(asked, definition, ecs._clusters[name])
    return ("InvalidParameterException", problem) if problem else None


def _placement_problem(asked: Document, definition: Document, cluster: Document) -> str:
    launch_type, strategy, refusal = ecs._launch_choice(asked, cluster)
    if refusal:
        return str(ecs._BOTH_LAUNCH_CHOICES)
    if ecs._task_capacity(launch_type, strategy)[0] != "FARGATE":
        return "No Container Instances were found in your cluster."
    if "FARGATE" not in str(definition.get("compatibilities")):
        return "Task definition does not support launch_type FARGATE."
    if definition.get("networkMode") == "awsvpc" and not asked.get("networkConfiguration"):
        return _NETWORK
    if not 1 <= _count(asked) <= _MOST_TASKS:
        return f"Count must be between 1 and {_MOST_TASKS}."
    return _override_problem(asked, definition)


def _override_problem(asked: Document, definition: Document) -> str:
    known = [container["name"] for container in ecs_document.containers_of(definition)]
    overrides = ecs_document.document(asked.get("overrides"))
    for override in ecs_document.listed(overrides.get("containerOverrides")):
        if override.get("name") not in known:
            return (
                f"Override for container named {override.get('name')} is not a container in the "
                "TaskDefinition."
            )
    return ""


def _count(asked: Document) -> int:
    count = asked.get("count", 1)
    return count if isinstance(count, int) else 1


def _refused(code: str, message: str) -> _Response:
    answer = error_response_json(code, message, 400)
    return (answer[0], answer[1], answer[2])


def install(temporary: Path, changed: Callable[[], None]) -> None:
    """Run Fargate tasks as local processes; `changed` is called when one moves."""
    anchor.require(ecs._run_task, "6e96d8f5a5b850d7")
    anchor.require(ecs._stop_task, "06eb83088bbca69b")
    anchor.require(ecs._describe_tasks, "c7057f1f0679c17e")
    anchor.require(ecs._list_tasks, "4509b25d2bf80f5b")
    anchor.require(ecs._restore_state, "cf8858705dce9780")
    fargate = Fargate(temporary, changed)
    restore, reset = ecs._restore_state, ecs.reset

    def restore_state(data: Document) -> None:
        restore(data)
        for _, task in ecs._tasks.all_items():
            if task.get("stopCode") is None or task.get("stoppedAt") is None:
                task.update(stopCode="TerminationNotice", stoppedReason=_INTERRUPTED)
                task.update(desiredStatus="STOPPED", stoppedAt=ecs._iso())

    def forget_all() -> None:
        fargate.close()
        reset()

    ecs._run_task = ecs._ACTION_MAP["RunTask"] = fargate.run_task
    ecs._stop_task = ecs._ACTION_MAP["StopTask"] = fargate.stop_task
    ecs._describe_tasks = ecs._ACTION_MAP["DescribeTasks"] = fargate.looked_at(ecs._describe_tasks)
    ecs._list_tasks = ecs._ACTION_MAP["ListTasks"] = fargate.looked_at(ecs._list_tasks)
    ecs._restore_state = restore_state
    ecs.reset = forget_all
    _closing.append(fargate.close)


def close() -> None:
    """Kill every container, for the embedded AWS ends."""
    for end in _closing:
        end()
