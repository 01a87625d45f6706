"""An input is edited on the screen: checked while it is typed, and nothing is lost by accident."""

from __future__ import annotations

import json

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from bunsui_core.domain.verdict import Mode
from bunsui_tui.app import DeskApp
from bunsui_tui.screens.editor import EditorScreen
from bunsui_tui.widgets.json_area import JsonArea
from bunsui_tui.wishes import Draft
from tests.builders import INPUT, a_pipeline, a_session
from tests.tui.home import Home
from tests.tui.screens import SIZE, Play, on_screen, text_of, until, until_shown
from tests.tui.test_hostile_text import CONTROLS, is_control, segments

SCHEMA = json.dumps({"type": "object", "required": ["input", "date"]})


def edited(home: Home, play: Play, schema: str = "", size: tuple[int, int] = SIZE) -> None:
    """Edit the input of the failed job."""

    async def run(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "redrive UNKNOWN")
        draft = Draft(home.session.id, "extract", Mode.RESTART, INPUT, INPUT, schema)
        assert isinstance(pilot.app, DeskApp)
        pilot.app.push_screen(EditorScreen(pilot.app.board, draft))
        await until_shown(pilot, "Edit the input")
        await play(pilot)

    on_screen(home.app(), run, size)


def area(pilot: Pilot[None]) -> JsonArea:
    """Where the text is edited."""
    return pilot.app.screen.query_one(JsonArea)


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
def test_text_check_and_change_stand_on_one_screen(home: Home, size: tuple[int, int]) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("down", "down", "end", "left", "x")
        shown = await until_shown(pilot, '+ "s3://orders/day.csvx"')
        assert '"source": "s3://orders/day.csvx"' in shown
        assert "✓ JSON · changed" in shown
        assert "ctrl+s use it" in shown

    edited(home, play, size=size)


def test_what_is_no_json_says_where_and_is_not_used(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("down", "x")
        await until_shown(pilot, "no JSON: line 2, column 1")
        await pilot.press("ctrl+s")
        await until_shown(pilot, "ctrl+s use it: ")
        assert isinstance(pilot.app.screen, EditorScreen)

    edited(home, play)


def test_what_is_against_the_schema_says_why_and_is_not_used(home: Home) -> None:
    job = {"name": "extract", "machine": "m", "input_schema": SCHEMA}
    pipeline = a_pipeline(jobs=[job])
    home.store.pipelines.put(pipeline)
    session = a_session(pipeline=pipeline, runs=home.session.runs[:1])
    home.store.sessions.save(session.model_copy(update={"version": home.session.version}))

    async def play(pilot: Pilot[None]) -> None:
        shown = await until_shown(pilot, "'date' is a required")
        assert "SCHEMA" in shown
        await pilot.press("ctrl+s")
        await until_shown(pilot, "ctrl+s use it: ")

    edited(home, play, SCHEMA)


def test_leaving_what_was_changed_takes_a_second_key(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("x", "escape")
        await until_shown(pilot, "esc once more drops your changes")
        assert isinstance(pilot.app.screen, EditorScreen)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, EditorScreen), "left")

    edited(home, play)


def test_leaving_what_was_not_changed_takes_one_key(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, EditorScreen), "left")

    edited(home, play)


def test_the_recorded_text_comes_back_by_a_key(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("x")
        await until_shown(pilot, "no JSON")
        await pilot.press("ctrl+r")
        await until_shown(pilot, "nothing is changed")

    edited(home, play)


def test_what_is_pasted_cannot_act_on_the_terminal(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        area(pilot).post_message(Paste(CONTROLS))
        await until_shown(pilot, "\\u001b]0;PWN")
        assert not [part for part in segments(pilot) if any(map(is_control, part.text))]
        assert "\\u202egnp.exe" in text_of(pilot)

    edited(home, play)


def test_a_colon_and_a_letter_are_typed_and_not_taken_for_keys(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("colon", "q", "question_mark", "1")
        await until_shown(pilot, ":q?1{")

    edited(home, play)
