"""The whole loop through real processes: CLI, embedded AWS, MCP agent, approver, worker."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from mypy_boto3_stepfunctions import SFNClient

from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.adapters.emulator.record import Folder, LocalServer
from bunsui_core.app.decide import Signing
from bunsui_core.domain.answer import SessionView
from bunsui_core.domain.approval import Answer, Approval, ApprovalStatus
from bunsui_core.domain.demo import DemoReport, ScenePlayed
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.session import Attempt, SessionStatus
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import agent_desk
from bunsui_core.wiring.operator import operator_desk
from bunsui_core.wiring.stage import APPROVER, PASSPHRASE
from bunsui_core.wiring.worker import worker
from tests.cli.shell import Terminal, bunsui
from tests.cli.test_schemas import validator
from tests.e2e.headless import SECONDS, play_demo

SEED = 2


class Played:
    """A demo that was played against an embedded AWS that stays up for questions."""

    def __init__(self, home: Path, server: LocalServer, report: DemoReport) -> None:
        self.settings = Settings(home=home)
        self.server = server
        self.report = report

    def scene(self, name: str) -> ScenePlayed:
        return next(scene for scene in self.report.scenes if scene.scene == name)

    def attempts(self, scene: str) -> tuple[Attempt, ...]:
        """Every execution that the store knows of a scene's session."""
        session = agent_desk(self.settings, "test").session(self.scene(scene).session_id).session
        return tuple(attempt for run in session.runs for attempt in run.attempts)

    def aws(self) -> SFNClient:
        """A client of the embedded AWS that owes nothing to bunsui's own."""
        keys = Folder.of(self.settings.home).read_credentials("agent")
        assert keys
        client: SFNClient = boto3.client(
            "stepfunctions",
            endpoint_url=self.server.url,
            region_name=self.server.region,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
        )
        return client

    def redrives(self, scene: str) -> list[int]:
        """The redrive count of each of a scene's executions, as AWS tells it."""
        aws = self.aws()
        arns = [attempt.execution_arn for attempt in self.attempts(scene)]
        return [aws.describe_execution(executionArn=arn).get("redriveCount", 0) for arn in arns]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    home = tmp_path_factory.mktemp("demo")
    server = up(home, watch_pid=os.getpid())
    try:
        yield Played(home, server, play_demo(home, SEED))
    finally:
        down(home)


def test_a_throttled_job_recovers_by_one_redrive(played: Played) -> None:
    scene = played.scene("throttled")

    assert (scene.category, scene.mode, scene.final_status) == (
        "throttling",
        "redrive",
        "SUCCEEDED",
    )
    assert sorted(played.redrives("throttled")) == [0, 0, 0, 0, 1]


def test_a_malformed_row_recovers_by_a_new_execution_with_corrected_input(played: Played) -> None:
    scene = played.scene("malformed-row")

    assert scene.verdicts == {"redrive": "HOPELESS", "restart": "SAFE"}
    assert (scene.mode, scene.final_status) == ("restart", "SUCCEEDED")
    assert played.redrives("malformed-row") == [0] * 6


def test_a_rejected_request_changes_nothing(played: Played) -> None:
    scene = played.scene("rejected")

    assert (scene.decision, scene.final_status) == ("reject", "FAILED")
    assert set(played.redrives("rejected")) == {0}
    assert all(attempt.number == 1 for attempt in played.attempts("rejected"))


def test_a_healthy_session_has_no_diagnosis(played: Played) -> None:
    scene = played.scene("healthy")

    assert (scene.category, scene.request_id, scene.final_status) == (None, None, "SUCCEEDED")


def test_what_aws_shows_is_what_the_store_says(played: Played) -> None:
    aws = played.aws()
    for scene in played.report.scenes:
        for attempt in played.attempts(scene.scene):
            found = aws.describe_execution(executionArn=attempt.execution_arn)
            assert found["status"] == attempt.status.value


def test_every_command_that_looks_answers_in_its_schema(played: Played) -> None:
    home, session_id = played.settings.home, played.scene("rejected").session_id
    request_id = str(played.scene("rejected").request_id)
    reads = [
        ("sessions", "list"),
        ("sessions", "show", session_id),
        ("sessions", "logs", session_id),
        ("failures", "analyze", session_id),
        ("recovery", "propose", session_id),
        ("approvals", "list"),
        ("approvals", "show", request_id),
        ("approvers", "list"),
        ("local", "status"),
    ]
    for command in reads:
        done = bunsui(home, *command)
        assert (done.code, done.stderr, done.stdout.count("\n")) == (0, "", 1), done.stdout
        validator(f"cli.{command[0]}-{command[1]}.json").validate(done.document)


def test_two_workers_and_two_approvals_at_once_make_one_effect(played: Played) -> None:
    """The rejected scene's failure is asked about again, approved twice and executed twice."""
    settings = played.settings
    session_id = played.scene("rejected").session_id
    agent = agent_desk(settings, "racer")
    best = agent.propose(session_id).proposals[0]
    request_id = agent.request(best.proposal_id, "the dependency is free again").request.id
    gate = threading.Barrier(4)
    outcomes: list[str] = []

    def approve() -> None:
        desk = operator_desk(settings)
        review = desk.review(request_id)
        signing = Signing(approver=APPROVER, passphrase=PASSPHRASE)
        gate.wait()
        try:
            desk.decide(review, Answer.APPROVE, signing, "", review.typed_code)
            outcomes.append("recorded")
        except BunsuiError as error:
            outcomes.append(error.code)

    def execute() -> None:
        one = worker(settings)
        gate.wait()
        for _ in range(200):
            one.tick()
            if not agent.approval(request_id).status.is_open:
                return

    threads = [threading.Thread(target=task) for task in (approve, approve, execute, execute)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("recorded") == 1
    assert set(outcomes) <= {"recorded", "conflict", "refused"}
    assert agent.approval(request_id).status is ApprovalStatus.DONE
    assert sorted(played.redrives("rejected"))[-1] == 1
    assert sum(played.redrives("rejected")) == 1


def test_the_demo_key_is_marked(played: Played) -> None:
    known = operator_desk(played.settings).approvers()

    assert [(one.name, one.is_demo) for one in known] == [(APPROVER, True)]


def test_a_person_starts_a_session_from_the_shell_alone(played: Played, tmp_path: Path) -> None:
    home = played.settings.home
    healthy = agent_desk(played.settings, "test").session(played.scene("healthy").session_id)
    file = tmp_path / "input.json"
    file.write_text(healthy.session.input, encoding="utf-8")
    started = bunsui(
        home, *("sessions", "start", played.report.pipeline), "--input", str(file), "--reason", "r"
    )
    asked = Approval.model_validate(started.document["data"])

    terminal = Terminal(home, ["approvals", "approve", asked.request.id])
    terminal.expect(f"Passphrase of {APPROVER}: ")
    terminal.type(PASSPHRASE)
    assert terminal.end().code == 0
    one = worker(played.settings)
    deadline = time.monotonic() + SECONDS
    while one.tick() and time.monotonic() < deadline:
        pass

    shown = bunsui(home, "sessions", "show", asked.request.plan.session_id)
    view = SessionView.model_validate(shown.document["data"])
    assert view.session.status is SessionStatus.SUCCEEDED
