"""A session is paused, let go on and cancelled through plan, decision and executor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bunsui_core.domain.approval import ApprovalStatus
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.plan import Control
from bunsui_core.domain.session import JobStatus, Session, SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode
from tests.e2e.rerun_machines import Made, does, row
from tests.e2e.rerun_stage import RerunStage, rerun_stage
from tests.emulator.embedded import Embedded

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stage(inside: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RerunStage]:
    with rerun_stage(inside, tmp_path_factory.mktemp("control")) as made:
        yield made


@pytest.fixture(scope="module")
def doing(stage: RerunStage) -> str:
    return stage.function("doing")


def two_jobs(stage: RerunStage, doing: str, name: str) -> str:
    """Start a session whose first job is held until it is let go."""
    activity = stage.aws.states().create_activity(name=name)["activityArn"]
    hold: dict[str, Json] = {"Type": "Task", "Resource": activity, "ResultPath": None}
    first = Made(row(Hold=hold, Work=does(doing, f"{name}-first")))
    second = Made(row(Work=does(doing, f"{name}-second")), after=("first",))
    session_id = stage.started(stage.pipeline(name, {"first": first, "second": second}), {})
    stage.until(lambda: status(stage.session(session_id), "first") is JobStatus.RUNNING)
    return session_id


def let_go(stage: RerunStage, name: str) -> None:
    """Let the first job go on."""
    client = stage.aws.states()
    (activity,) = (
        one["activityArn"] for one in client.list_activities()["activities"] if one["name"] == name
    )
    token = client.get_activity_task(activityArn=activity)["taskToken"]
    client.send_task_success(taskToken=token, output="{}")


def status(session: Session, job: str) -> JobStatus:
    run = session.run(job)
    assert run
    return run.status


def control(stage: RerunStage, session_id: str, action: Control) -> None:
    """Ask for it, approve it, and let the worker execute it."""
    proposal = stage.desk.control(session_id, action)
    request_id = stage.desk.request(proposal.proposal_id, "the disk is full").request.id
    stage.approve(request_id)
    stage.until(lambda: not stage.desk.approval(request_id).status.is_open)
    assert stage.desk.approval(request_id).status is ApprovalStatus.DONE


def test_a_paused_session_lets_run_what_runs_and_starts_the_rest_when_it_goes_on(
    stage: RerunStage, doing: str
) -> None:
    session_id = two_jobs(stage, doing, "held")

    control(stage, session_id, Control.PAUSE)
    let_go(stage, "held")
    stage.until(lambda: status(stage.session(session_id), "first") is JobStatus.SUCCEEDED)
    for _ in range(3):
        stage.worker.tick()
    paused = stage.session(session_id)
    control(stage, session_id, Control.UNPAUSE)
    after = stage.settled(session_id)

    assert (paused.status, status(paused, "second")) == (SessionStatus.PAUSED, JobStatus.WAITING)
    assert after.status is SessionStatus.SUCCEEDED
    assert (stage.did("held-first"), stage.did("held-second")) == (1, 1)


def test_a_cancelled_session_stops_what_runs_and_starts_nothing_more(
    stage: RerunStage, doing: str
) -> None:
    session_id = two_jobs(stage, doing, "ended")

    control(stage, session_id, Control.CANCEL)
    after = stage.settled(session_id)

    first = after.run("first")
    assert first
    assert first.last
    told = stage.aws.states().describe_execution(executionArn=first.last.execution_arn)
    assert after.status is SessionStatus.CANCELLED
    assert (first.status, status(after, "second")) == (JobStatus.ABORTED, JobStatus.WAITING)
    assert (told["status"], "was cancelled" in told["cause"]) == ("ABORTED", True)
    assert stage.did("ended-second") == 0
    with pytest.raises(Refused, match="nothing starts in it any more"):
        stage.asked(session_id, "first", Mode.RESTART)
