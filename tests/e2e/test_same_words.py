"""What ran a container is said in the same words on every surface, and only as the data say it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bunsui_cli.views.screen import parts
from bunsui_core.domain.answer import Analysis, OperationLogs, SessionView
from bunsui_core.domain.container_task import task_of
from bunsui_core.domain.diagnose import Where, diagnose
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.operation import named
from bunsui_core.domain.value import Json
from bunsui_mcp.analysis import analysis_answer
from bunsui_mcp.sessions import logs_answer
from bunsui_tui.board import Detail
from bunsui_tui.render.diagnosis import full
from bunsui_tui.render.session import log
from tests.builders import NOW, SESSION_ID, a_failure, a_session
from tests.cli.answers import FRESHNESS

HERE: Json = [{"Name": "bunsui.runs-as", "Value": "local process"}]
THERE: Json = [{"Name": "ecs.cpu-architecture", "Value": "x86_64"}]


def diagnosis(attributes: Json) -> Diagnosis:
    """The explanation of a task of containers that exited with 3."""
    task = task_of(
        {
            "TaskArn": "arn:aws:ecs:us-east-1:111111111111:task/orders/0f3c",
            "LaunchType": "FARGATE",
            "Attributes": attributes,
            "Containers": [{"Name": "app", "ExitCode": 3}],
        }
    )
    failure = a_failure(resource="ecs:runTask.sync", task=task)
    where = Where(session_id=SESSION_ID, job="extract", attempt=1, redrive_count=0)
    return diagnose(where, failure, (), "", NOW)


def surfaces(found: Diagnosis) -> list[str]:
    """What a person or an assistant reads of it, surface by surface."""
    logs = OperationLogs(
        session_id=SESSION_ID,
        job="extract",
        operation=named(found.failure.resource, found.failure.task),
        function="",
        request_id="",
        lines=(),
        truncated=False,
        note="",
    )
    analysis = Analysis(session_id=SESSION_ID, diagnoses=(found,), note="")
    view = SessionView(session=a_session(), freshness=FRESHNESS, open_requests=())
    detail = Detail(view=view, analysis=analysis)
    return [
        found.summary,
        painted(*parts(analysis)),
        painted(*parts(logs)),
        painted(*full(detail, "extract")),
        painted(log(logs, "extract")),
        analysis_answer(analysis, view, ()).operation,
        logs_answer(logs, 10, "", FRESHNESS).operation,
    ]


def painted(*shown: object) -> str:
    """What a wide terminal shows."""
    file = io.StringIO()
    console = Console(file=file, width=200, highlight=False, markup=False, emoji=False)
    for one in shown:
        console.print(one)
    return file.getvalue()


@pytest.mark.parametrize(
    ("attributes", "told"),
    [(HERE, "container app, local process"), (THERE, "container app, Fargate")],
)
def test_every_surface_says_what_ran_the_container(attributes: Json, told: str) -> None:
    for text in surfaces(diagnosis(attributes)):
        assert told in text
