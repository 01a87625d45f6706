"""Sessions by error and by pipeline, and the way from a group to its sessions."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.home import Home
from tests.tui.screens import on_screen, text_of, until_shown


def test_a_group_of_one_error_leads_to_its_sessions(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("b")
        shown = await until_shown(pilot, "1 failed session")
        assert "✗  NoSuchKey" in shown
        await until_shown(pilot, "extract ✗ → transform")
        await pilot.press("enter")
        await until_shown(pilot, "/ status:failed error:NoSuchKey")
        await until_shown(pilot, "1 of 2")

    on_screen(home.app(), play)


def test_pipelines_are_grouped_with_their_last_runs(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("b")
        await until_shown(pilot, "1 failed session")
        await pilot.press("b")
        await until_shown(pilot, "by root cause")
        await pilot.press("b")
        shown = await until_shown(pilot, "2 sessions")
        assert "by pipeline" in shown
        await until_shown(pilot, "✗▅")
        await pilot.press("escape")
        await until_shown(pilot, "2 of 2")

    on_screen(home.app(), play)


def test_groups_keep_to_the_filter(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("slash", *"status", "colon", *"ok", "enter")
        await until_shown(pilot, "1 of 2")
        await pilot.press("b")
        await until_shown(pilot, "nothing failed")
        await pilot.press("b")
        await until_shown(pilot, "whatever the filter chooses")
        await pilot.press("b")
        await until_shown(pilot, "1 session")
        assert "status:ok" in text_of(pilot)

    on_screen(home.app(), play)


def test_a_filter_can_be_typed_from_the_groups_at_once(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("b")
        await until_shown(pilot, "1 failed session")
        await pilot.press("slash", *"status", "colon", *"ok", "enter")
        await until_shown(pilot, "/ status:ok")
        await until_shown(pilot, "1 of 2")

    on_screen(home.app(), play)
