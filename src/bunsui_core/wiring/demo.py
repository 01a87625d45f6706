"""The demo, played by both parts or left waiting for a person.

The agent is a real MCP client in a process of its own, the approver signs through an operator's
desk, a worker executes. Category, path, verdicts and mode are what the MCP answers said.
"""

from __future__ import annotations

import os
import time

from bunsui_core.adapters.emulator.launcher import down, status
from bunsui_core.adapters.emulator.scenes import catalog
from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.domain.approval import Approval, ApprovalStatus
from bunsui_core.domain.demo import DemoReport, SceneLine, SceneList, ScenePlayed, StageSet
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.value import Value
from bunsui_core.settings import Settings
from bunsui_core.wiring.playing import Playing, totals
from bunsui_core.wiring.rehearsal import AGENT, Rehearsal
from bunsui_core.wiring.stage import APPROVER, PASSPHRASE, PATIENCE, PAUSE, Narrate, Stage


class Programme(Value):
    """What is played: one scene by its name, `all`, or the first four; and with which seed."""

    seed: int = 1
    scene: str | None = None

    @property
    def plays(self) -> tuple[Play, ...]:
        """The plays, in order. Raises: BadInput for a name that no scene has."""
        return catalog.chosen(self.seed, self.scene)


def scene_list(seed: int) -> SceneList:
    """Return the name and the story of every scene."""
    scenes = (play.scene for play in catalog.plays(seed))
    lines = tuple(SceneLine(name=s.name, story=s.story, later=s.later) for s in scenes)
    return SceneList(seed=seed, items=lines)


def play(settings: Settings, programme: Programme, narrate: Narrate) -> DemoReport:
    """Play the scenes to their ends and leave nothing running that was not running before.

    Raises: BadInput for an unknown scene, Unavailable, Refused when this home has approvers of
    its own.
    """
    began = time.monotonic()
    plays = programme.plays
    was_running = status(settings.home) is not None
    stage = Stage(settings, plays, narrate, os.getpid())
    try:
        ends = _play(stage, plays, narrate)
    finally:
        stage.close()
        if not was_running:
            down(settings.home)
    return DemoReport(
        seed=programme.seed,
        pipeline=plays[0].scene.pipeline,
        scenes=ends,
        totals=totals(ends, time.monotonic() - began),
    )


def set_stage(settings: Settings, programme: Programme, narrate: Narrate) -> StageSet:
    """Leave the failures and the scripted agent's requests waiting for a person.

    The embedded AWS ends with this process, also when it becomes another program.
    Raises: BadInput for an unknown scene, Unavailable, Refused.
    """
    plays = programme.plays
    stage = Stage(settings, plays, narrate, os.getpid())
    try:
        playing = _start(stage, plays, narrate)
        _rehearsal(stage, playing, narrate, wait=False).report(PATIENCE)
    finally:
        stage.close()
    return StageSet(
        pipeline=plays[0].scene.pipeline,
        session_ids=tuple(session_id for one in playing for session_id in one.session_ids),
        approver=APPROVER,
        passphrase=PASSPHRASE,
    )


def _start(stage: Stage, plays: tuple[Play, ...], narrate: Narrate) -> tuple[Playing, ...]:
    """Start every session, wait for the failures, and let the world change after them."""
    playing = tuple(Playing(one, stage) for one in plays)
    for one in playing:
        for session in one.settled():
            narrate(f"{one.scene.name}: session {session.id} {session.status}: {one.scene.story}")
        if change := one.meanwhile():
            narrate(f"{one.scene.name}: {change}")
    return playing


def _rehearsal(
    stage: Stage, playing: tuple[Playing, ...], narrate: Narrate, wait: bool
) -> Rehearsal:
    narrate(f"the scripted agent {AGENT} looks at what failed, over MCP")
    cases = tuple(case for one in playing for case in one.cases)
    return Rehearsal(stage.settings, cases, wait)


def _play(stage: Stage, plays: tuple[Play, ...], narrate: Narrate) -> tuple[ScenePlayed, ...]:
    playing = _start(stage, plays, narrate)
    rehearsal = _rehearsal(stage, playing, narrate, wait=True)
    try:
        _decide_all(stage, playing, rehearsal, narrate)
        said = {row.session_id: row for row in rehearsal.report(PATIENCE)}
    finally:
        rehearsal.stop()
    return tuple(one.end(said) for one in playing)


def _decide_all(
    stage: Stage, playing: tuple[Playing, ...], rehearsal: Rehearsal, narrate: Narrate
) -> None:
    """Answer the agent's requests as the scenes say, until the agent has seen their ends."""
    deadline = time.monotonic() + PATIENCE
    while not rehearsal.is_over:
        if time.monotonic() > deadline:
            raise Unavailable("the scripted agent does not end.", "Run the demo again.")
        for asked in filter(_is_new, stage.desk.approvals()):
            for one in playing:
                if said := one.answer(asked):
                    narrate(f"{one.scene.name}: {APPROVER} says {said} to {asked.request.id}")
        time.sleep(PAUSE)


def _is_new(asked: Approval) -> bool:
    is_agent = asked.request.plan.requester == f"agent:{AGENT}"
    return is_agent and asked.status is ApprovalStatus.REQUESTED
