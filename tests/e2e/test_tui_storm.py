"""A storm on the embedded AWS, recovered by a human at the screen, who sees it happen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from textual.pilot import Pilot

from bunsui_core.domain.session import SessionStatus
from bunsui_tui.app import DeskApp
from bunsui_tui.showing import Setting
from tests.e2e.rerun_machines import Made, does, row
from tests.e2e.rerun_stage import HUMAN, RerunStage, rerun_stage
from tests.emulator.embedded import Embedded
from tests.tui.ground import a_ground
from tests.tui.screens import on_screen, type_in, until_shown

SESSIONS = 8


@pytest.fixture(scope="module")
def stage(inside: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RerunStage]:
    with rerun_stage(inside, tmp_path_factory.mktemp("seen")) as made:
        yield made


@pytest.mark.slow
def test_a_storm_is_recovered_from_the_screen(stage: RerunStage) -> None:
    function = stage.function("seen-doing")
    read = does(function, {"did": "seen-read", "needs": "seen"})
    pipeline = stage.pipeline("seen", {"load": Made(row(Read=read))})
    started = [stage.started(pipeline, {}) for _ in range(SESSIONS)]
    failed = [stage.settled(session_id) for session_id in started]
    assert {session.status for session in failed} == {SessionStatus.FAILED}
    stage.put("seen")

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, f"{SESSIONS} of {SESSIONS}")
        await pilot.press("b")
        await until_shown(pilot, "by error")
        await pilot.press("b")
        await until_shown(pilot, f"{SESSIONS} of {SESSIONS} failed sessions")
        await pilot.press("r")
        await until_shown(pilot, "· planned")
        await pilot.press("home", "enter")
        await until_shown(pilot, f"redrive {SESSIONS} sessions because")
        await type_in(pilot, "the object is there")
        shown = await until_shown(pilot, "[ Reject ]")
        await pilot.press("a")
        if "risk ▲ high" in shown:
            await type_in(pilot, shown.partition("type ")[2][:4])
        await type_in(pilot, HUMAN.passphrase)
        await until_shown(pilot, f"{SESSIONS} of {SESSIONS} recovered")

    ground = a_ground(stage.desk, make_worker=lambda: stage.worker)
    setting = Setting("local", str(stage.settings.log_path))
    on_screen(DeskApp(ground, lambda: datetime.now(UTC), setting), play)

    after = [stage.session(session.id) for session in failed]
    assert {session.status for session in after} == {SessionStatus.SUCCEEDED}
    assert stage.did("seen-read") == SESSIONS
