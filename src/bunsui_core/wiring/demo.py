"""The demo, played by both parts or left waiting for a person.

The agent is a real MCP client in a process of its own, the approver signs through an operator's
desk, a worker executes. Category, path, verdicts and mode are what the MCP answers said.
"""

from __future__ import annotations

import time

from bunsui_core.adapters.emulator.launcher import down, status
from bunsui_core.adapters.emulator.scenes import catalog
from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.domain.demo import DemoReport, SceneLine, SceneList, ScenePlayed, StageSet
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.value import Value
from bunsui_core.settings import Settings
from bunsui_core.wiring import telling
from bunsui_core.wiring.playing import Playing, totals
from bunsui_core.wiring.stage import (
    APPROVER,
    PASSPHRASE,
    PATIENCE,
    PAUSE,
    Narrate,
    Stage,
    open_stage,
)

_REQUESTS = 4
"""Requests of which a session is the subject, at most: its start, and what the agent asks."""


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
    try:
        with open_stage(settings, narrate, waits=True) as stage:
            ends = _play(stage, plays, narrate)
    finally:
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
    with open_stage(settings, narrate, waits=False) as stage:
        playing = _started(stage, plays, narrate)
        _perform(stage, playing, narrate, answers=False)
        stage.rehearsal.report(PATIENCE)
    return StageSet(
        pipeline=plays[0].scene.pipeline,
        session_ids=tuple(session_id for one in playing for session_id in one.session_ids),
        approver=APPROVER,
        passphrase=PASSPHRASE,
    )


def _play(stage: Stage, plays: tuple[Play, ...], narrate: Narrate) -> tuple[ScenePlayed, ...]:
    playing = _started(stage, plays, narrate)
    _perform(stage, playing, narrate, answers=True)
    said = {row.session_id: row for row in stage.rehearsal.report(PATIENCE)}
    ends = []
    for one in playing:
        end = one.end(said)
        narrate(telling.ended(end.scene, end.final_status, end.difference))
        ends.append(end)
    return tuple(ends)


def _started(stage: Stage, plays: tuple[Play, ...], narrate: Narrate) -> tuple[Playing, ...]:
    narrate(telling.deployed(stage.deploy(plays)))
    if len(plays) == 1:
        narrate(telling.story(plays[0].scene.story))
    return tuple(Playing(one, stage) for one in plays)


def _perform(stage: Stage, playing: tuple[Playing, ...], narrate: Narrate, answers: bool) -> None:
    """Hand each scene to the agent when its sessions rest, and answer what the agent asks."""
    deadline = time.monotonic() + PATIENCE
    waiting, count = list(playing), sum(len(one.session_ids) for one in playing)
    while not stage.rehearsal.is_over:
        if time.monotonic() > deadline:
            raise Unavailable("the scenes do not come to their ends.", "Run the demo again.")
        resting = stage.resting(count)
        for one in [one for one in waiting if resting.issuperset(one.session_ids)]:
            if not one.is_explained():
                continue
            waiting.remove(one)
            _hand_over(one, stage, narrate)
        if not waiting:
            stage.rehearsal.no_more()
        _hear(stage, playing, narrate, answers)
        time.sleep(PAUSE)
    _hear(stage, playing, narrate, answers)


def _hand_over(one: Playing, stage: Stage, narrate: Narrate) -> None:
    """Let the world change after the failure, and the agent look."""
    narrate(telling.rested(one.scene.name, one.settled()))
    if change := one.meanwhile():
        narrate(telling.step(one.scene.name, f"· {change}"))
    stage.rehearsal.give(one.cases)


def _hear(stage: Stage, playing: tuple[Playing, ...], narrate: Narrate, answers: bool) -> None:
    """Take what the agent asks to the scene it is about, and answer it there; tell it once."""
    count = sum(len(one.session_ids) for one in playing)
    for asked in stage.asked(_REQUESTS * count):
        one = next((one for one in playing if one.is_new(asked)), None)
        if one is None:
            continue
        is_first, count = not one.heard, one.requests
        one.heard.add(asked.id)
        said = one.answer(asked) if answers else None
        if is_first or count == 1:
            narrate(telling.asks(one.scene.name, asked, count))
            if said:
                narrate(telling.answers(one.scene.name, APPROVER, said, count))
