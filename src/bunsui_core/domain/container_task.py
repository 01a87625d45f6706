"""Read what ECS reports of a task of containers: which one it is, what broke, on what it ran."""

from __future__ import annotations

import json

from bunsui_core.domain.failure import ContainerTask
from bunsui_core.domain.value import Json

LOCAL_PROCESS = "local process"
_RUNS_AS = "bunsui.runs-as"
"""The attribute by which the embedded AWS tells that no container runs, only its command."""

_LAUNCH_TYPES = {"FARGATE": "Fargate", "EC2": "EC2", "EXTERNAL": "an external instance"}


def task_of(document: dict[str, Json]) -> ContainerTask:
    """Return the task that a document of DescribeTasks describes, in the words of Step Functions.

    Its container is the one that broke: that with a bad exit code, else the first that ended.
    """
    rows = containers_of(document) or [document]
    bad = (row for row in rows if row.get("ExitCode"))
    broken = next(bad, next((row for row in rows if "ExitCode" in row), rows[0]))
    code = broken.get("ExitCode")
    return ContainerTask(
        arn=_text(document, "TaskArn"),
        definition=_text(document, "TaskDefinitionArn"),
        container=_text(broken, "Name"),
        exit_code=code if isinstance(code, int) else None,
        stop_code=_text(document, "StopCode"),
        platform=_platform(document),
    )


def containers_of(document: dict[str, Json]) -> list[dict[str, Json]]:
    """Return the containers that a task's document lists."""
    return _rows(document, "Containers")


def submitted_task(answer: str) -> ContainerTask | None:
    """Return the first task that an answer of RunTask names, which is what TaskSubmitted holds."""
    try:
        found = json.loads(answer or "{}")
    except (ValueError, RecursionError):
        return None
    tasks = _rows(found, "Tasks") if isinstance(found, dict) else []
    return task_of(tasks[0]) if tasks else None


def _platform(document: dict[str, Json]) -> str:
    for attribute in _rows(document, "Attributes"):
        if attribute.get("Name") == _RUNS_AS and attribute.get("Value") == LOCAL_PROCESS:
            return LOCAL_PROCESS
    return _LAUNCH_TYPES.get(_text(document, "LaunchType"), "")


def _rows(document: dict[str, Json], name: str) -> list[dict[str, Json]]:
    found = document.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _text(document: dict[str, Json], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""
