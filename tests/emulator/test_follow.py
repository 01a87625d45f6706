"""The log of a job that runs is followed on the embedded AWS from its first line to its last."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bunsui_cli.exits import ExitCode
from bunsui_core.app.follow import follow
from bunsui_core.domain.following import Shown
from bunsui_core.domain.session import JobRun, JobStatus, Session
from bunsui_core.domain.value import Json
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.seeing import seeing
from bunsui_core.wiring.store import store
from tests.builders import SESSION_ID, a_session, an_attempt
from tests.cli.shell import Terminal
from tests.emulator.embedded import Embedded, Execution, invoking, until
from tests.emulator.fargate import Fargate, python
from tests.emulator.nesting import starting

WAITING = """
import os, time
print("before the gate", flush=True)
while not os.path.exists({gate!r}):
    time.sleep(0.02)
print("behind the gate")
"""
FLAKY = """
import os

def handler(event, context):
    print("attempt")
    if not os.path.exists(event["gate"]):
        open(event["gate"], "w").close()
        raise ValueError("not yet")
"""


@dataclass
class Follower:
    """Who follows an execution, look by look."""

    home: Path
    arn: str
    shown: Shown = field(default_factory=Shown)
    seen: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Look once more."""
        eyes = seeing(Settings(home=self.home), "agent")
        found = follow(of(self.arn), "", self.shown, eyes, datetime.now(UTC))
        self.shown = found.shown
        self.seen += [line.text for part in found.parts for line in part.lines]

    def has_seen(self, text: str) -> bool:
        """Look once more and tell whether a line holds the text."""
        self.look()
        return any(text in line for line in self.seen)


def test_lines_of_a_container_come_while_it_runs_and_each_once(
    aws: Embedded, name: str, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    fargate = Fargate.of(aws, name, python(WAITING.format(gate=str(gate))))
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": fargate.state()}})
    started = aws.states().start_execution(stateMachineArn=machine)
    running = Execution(aws.states(), started["executionArn"])
    follower = Follower(aws.home, running.arn)

    until(lambda: follower.has_seen("before the gate"))
    assert running.status == "RUNNING"
    assert "behind the gate" not in follower.seen
    gate.touch()
    until(lambda: follower.has_seen("behind the gate"))
    running.ended()
    follower.look()

    assert follower.seen == ["before the gate", "behind the gate"]


def test_a_person_follows_at_a_terminal_until_ctrl_c(
    aws: Embedded, name: str, tmp_path: Path
) -> None:
    gate, settings = tmp_path / "gate", Settings(home=tmp_path)
    fargate = Fargate.of(aws, name, python(WAITING.format(gate=str(gate))))
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": fargate.state()}})
    started = aws.states().start_execution(stateMachineArn=machine)
    (tmp_path / "local").symlink_to(aws.home / "local")
    store(settings, writer(settings)).sessions.save(of(started["executionArn"]))

    terminal = Terminal(tmp_path, ["sessions", "logs", SESSION_ID, "--follow"])
    terminal.expect("No worker is running")
    terminal.expect("── extract · container app, local process")
    terminal.expect("before the gate")
    gate.touch()
    terminal.expect("behind the gate")
    terminal.press("\x03")

    assert terminal.end().code == ExitCode.INTERRUPTED


def test_every_attempt_of_a_function_is_shown_also_between_two_looks(
    aws: Embedded, name: str, tmp_path: Path
) -> None:
    function = aws.function(name, FLAKY)
    again: Json = [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    state = invoking(function, Retry=again)
    machine = aws.machine(name, {"StartAt": "Load", "States": {"Load": state}})

    ran = aws.run(machine, {"gate": str(tmp_path / "gate")})
    follower = Follower(aws.home, ran.arn, Shown(has_begun=True))
    until(lambda: follower.has_seen("REPORT"))
    follower.look()

    assert ran.status == "SUCCEEDED"
    assert follower.seen.count("attempt") == 2
    assert sum(line.startswith("START ") for line in follower.seen) == 2


def test_what_a_nested_execution_writes_is_followed(
    aws: Embedded, name: str, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    fargate = Fargate.of(aws, name, python(WAITING.format(gate=str(gate))))
    child = aws.machine(f"{name}-c", {"StartAt": "Load", "States": {"Load": fargate.state()}})
    parent = aws.machine(name, starting(child))
    started = aws.states().start_execution(stateMachineArn=parent)
    follower = Follower(aws.home, started["executionArn"])

    until(lambda: follower.has_seen("before the gate"))
    gate.touch()
    until(lambda: follower.has_seen("behind the gate"))
    Execution(aws.states(), follower.arn).ended()

    assert follower.seen == ["before the gate", "behind the gate"]


def of(execution_arn: str) -> Session:
    """A session whose first job is that execution."""
    attempt = an_attempt(
        execution_arn=execution_arn, status=JobStatus.RUNNING, stopped_at=None, output=None
    )
    return a_session(
        runs=(JobRun(job="extract", attempts=(attempt,)),), status="RUNNING", stopped_at=None
    )
