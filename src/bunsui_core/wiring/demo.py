"""The demo, played by both parts or left waiting for a person.

The agent is a real MCP client in a process of its own, the approver signs through an operator's
desk, a worker executes. Category, path, verdicts and mode are what the MCP answers said.
"""

from __future__ import annotations

import json
import os
import time

from bunsui_core.adapters.emulator.launcher import down, status
from bunsui_core.adapters.emulator.scenes import Scene
from bunsui_core.domain.approval import Answer, ApprovalStatus
from bunsui_core.domain.demo import DemoReport, DemoTotals, ScenePlayed, StageSet
from bunsui_core.domain.errors import Unavailable
from bunsui_core.settings import Settings
from bunsui_core.wiring.rehearsal import AGENT, Case, Rehearsal, Rehearsed
from bunsui_core.wiring.stage import APPROVER, PASSPHRASE, PATIENCE, PAUSE, Narrate, Stage


class Started:
    """One scene on the stage."""

    def __init__(self, scene: Scene, stage: Stage) -> None:
        self.scene = scene
        self.begun = time.monotonic()
        self.session_id, self.staged = stage.start(scene)
        self.decision: str | None = None

    @property
    def case(self) -> Case:
        """What the scripted agent is told: the session, and the corrected file if there is one."""
        edited = self.staged.corrected_input
        return {
            "session_id": self.session_id,
            "edited_input": {"input": json.loads(edited)} if edited else None,
        }


def play(settings: Settings, seed: int, narrate: Narrate) -> DemoReport:
    """Play every scene to its end and leave nothing running that was not running before.

    Raises: Unavailable, Refused when this home has approvers of its own.
    """
    began = time.monotonic()
    was_running = status(settings.home) is not None
    stage = Stage(settings, seed, narrate, os.getpid())
    try:
        played = _play(stage, narrate)
    finally:
        stage.close()
        if not was_running:
            down(settings.home)
    return DemoReport(
        seed=seed,
        pipeline=stage.pipeline.name,
        scenes=played,
        totals=_totals(played, time.monotonic() - began),
    )


def set_stage(settings: Settings, seed: int, narrate: Narrate) -> StageSet:
    """Leave the failures and the scripted agent's requests waiting for a person.

    The embedded AWS ends with this process, also when it becomes another program.
    """
    stage = Stage(settings, seed, narrate, os.getpid())
    try:
        started = _start(stage, narrate)
        rehearsal = Rehearsal(settings, tuple(s.case for s in started), wait=False)
        narrate(f"the scripted agent {AGENT} looks at what failed, over MCP")
        rehearsal.report(PATIENCE)
    finally:
        stage.close()
    return StageSet(
        pipeline=stage.pipeline.name,
        session_ids=tuple(s.session_id for s in started),
        approver=APPROVER,
        passphrase=PASSPHRASE,
    )


def _start(stage: Stage, narrate: Narrate) -> tuple[Started, ...]:
    started = tuple(Started(scene, stage) for scene in stage.scenes)
    for one in started:
        session = stage.settled(one.session_id)
        narrate(f"{one.scene.name}: session {session.id} {session.status}: {one.scene.story}")
    return started


def _play(stage: Stage, narrate: Narrate) -> tuple[ScenePlayed, ...]:
    started = _start(stage, narrate)
    rehearsal = Rehearsal(stage.settings, tuple(s.case for s in started), wait=True)
    try:
        narrate(f"the scripted agent {AGENT} looks at what failed, over MCP")
        _decide_all(stage, started, rehearsal, narrate)
        said = {row.session_id: row for row in rehearsal.report(PATIENCE)}
    finally:
        rehearsal.stop()
    return tuple(_played(one, said[one.session_id], stage) for one in started)


def _decide_all(
    stage: Stage, started: tuple[Started, ...], rehearsal: Rehearsal, narrate: Narrate
) -> None:
    """Answer the agent's requests as the scenes say, until the agent has seen their ends."""
    deadline = time.monotonic() + PATIENCE
    waiting = {one.session_id: one for one in started}
    while not rehearsal.is_over:
        if time.monotonic() > deadline:
            raise Unavailable("the scripted agent does not end.", "Run the demo again.")
        for asked in stage.desk.approvals():
            one = waiting.get(asked.request.plan.session_id)
            is_new = asked.status is ApprovalStatus.REQUESTED
            if not (one and one.scene.choice and is_new):
                continue
            if asked.request.plan.requester == f"agent:{AGENT}":
                stage.decide(asked, Answer(one.scene.choice.value), one.scene.story)
                one.decision = one.scene.choice.value
                narrate(f"{one.scene.name}: {APPROVER} says {one.decision} to {asked.request.id}")
        time.sleep(PAUSE)


def _played(one: Started, said: Rehearsed, stage: Stage) -> ScenePlayed:
    session = stage.settled(one.session_id)
    return ScenePlayed(
        scene=one.scene.name,
        session_id=one.session_id,
        first_status=said.first_status,
        category=said.category,
        failed_state_path=said.failed_state_path,
        verdicts=said.verdicts,
        request_id=said.request_id,
        decision=one.decision,
        mode=said.mode,
        final_status=session.status.value,
        seconds=round(time.monotonic() - one.begun, 2),
    )


def _totals(played: tuple[ScenePlayed, ...], seconds: float) -> DemoTotals:
    approved = [s for s in played if s.decision == Answer.APPROVE.value]
    return DemoTotals(
        scenes=len(played),
        recovered=sum(s.final_status == "SUCCEEDED" for s in approved),
        rejected=sum(s.decision == Answer.REJECT.value for s in played),
        healthy=sum(s.request_id is None for s in played),
        seconds=round(seconds, 2),
    )
