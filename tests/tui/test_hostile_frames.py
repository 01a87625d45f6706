"""Thousands of hostile texts through every screen: none acts, none passes a control character."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import TypeVar

import pytest
from pydantic import BaseModel
from textual.pilot import Pilot

from bunsui_core.domain.plan import Control
from bunsui_tui.app import DeskApp
from bunsui_tui.board import Board, Choice
from bunsui_tui.screens.control import ControlScreen
from bunsui_tui.screens.environments import EnvironmentsScreen
from bunsui_tui.screens.frame import Frame
from bunsui_tui.screens.together import TogetherScreen
from bunsui_tui.showing import Setting
from bunsui_tui.wishes import ControlWish
from tests.fakes import Clock
from tests.tui.ground import a_ground
from tests.tui.hostile import HostileDesk
from tests.tui.screens import on_screen, until
from tests.tui.test_hostile_text import CONTROLS, MARKUP, ROUTE, must_be_harmless
from tests.unit.test_safe import hostile_texts

MARK = "outside"
"""What stands in each place that comes from outside before it is replaced."""

A_FRAME = 50
"""Hostile texts in each frame."""

IDS = {"id", "session_id", "request_id", "proposal_id", "storm_id", "job", "name"}
"""By these a screen finds what it shows."""

T = TypeVar("T")


def replaced(whole: T, texts: Iterator[str], name: str = "") -> T:
    """Return the same with a few hostile texts in each place that comes from outside."""
    found: object = whole
    if isinstance(whole, str):
        found = next(texts) if MARK in whole and name not in IDS else whole
    elif isinstance(whole, BaseModel):
        fields = {
            one: replaced(getattr(whole, one), texts, one) for one in type(whole).model_fields
        }
        found = type(whole).model_construct(**fields)
    elif dataclasses.is_dataclass(whole) and not isinstance(whole, type):
        fields = {
            one.name: replaced(getattr(whole, one.name), texts, one.name)
            for one in dataclasses.fields(whole)
            if one.init
        }
        found = dataclasses.replace(whole, **fields)
    elif isinstance(whole, tuple) and not hasattr(whole, "_fields"):
        found = tuple(replaced(one, texts, name) for one in whole)
    elif isinstance(whole, Mapping):
        found = {key: replaced(one, texts, str(key)) for key, one in whole.items()}
    return found if isinstance(found, type(whole)) else whole


def fields_of(board: Board) -> int:
    """How many places of a board come from outside."""
    counted = [0]

    def texts() -> Iterator[str]:
        while True:
            counted[0] += 1
            yield MARK

    replaced(board, texts())
    return counted[0]


async def flood(pilot: Pilot[None], screen: Frame, frames: int) -> int:
    """Paint a screen again and again, each time with other texts; how many texts there were.

    None has half a surrogate pair: no value of the domain takes one.
    """
    board, seen = screen.board, 0
    each = max(1, -(-A_FRAME // max(1, fields_of(board))))
    for frame in range(frames):
        few = [text.replace("\ud800", "") or "x" for text in hostile_texts(A_FRAME * 2, seed=frame)]
        texts = cycle(" ".join(few[at : at + each]) for at in range(0, len(few), each))
        screen.show(replaced(board, texts))
        await pilot.pause()
        seen += A_FRAME
        must_be_harmless(pilot, f"on {type(screen).__name__}")
    screen.show(board)
    return seen


def through_every_screen(frames: int) -> dict[str, int]:
    """Walk through the desk, and flood each kind of screen once; how many texts each withstood."""
    text = f"{MARK} {CONTROLS} {MARKUP}"
    app = DeskApp(a_ground(HostileDesk(text)), Clock(), Setting("local", "log", text))
    withstood: dict[str, int] = {}

    async def play(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: bool(app.board.details), "a session that is selected")
        for key in ("", *ROUTE):
            if key:
                await pilot.press(key)
            await pilot.pause(0.02)
            must_be_harmless(pilot, f"after {key}")
            name, screen = type(app.screen).__name__, app.screen
            if isinstance(screen, Frame) and name not in withstood:
                withstood[name] = await flood(pilot, screen, frames)
        others: tuple[Frame, ...] = (
            ControlScreen(app.board, ControlWish(text, Control.CANCEL)),
            EnvironmentsScreen(app.board, (Choice(text, text, text, text),)),
            TogetherScreen(app.board, (text, text)),
        )
        for other in others:
            await app.push_screen(other)
            await pilot.pause(0.02)
            must_be_harmless(pilot, f"on {type(other).__name__}")
            withstood[type(other).__name__] = await flood(pilot, other, frames)
        assert app.is_running

    on_screen(app, play)
    return withstood


def all_screens(kind: type[Frame] = Frame) -> set[str]:
    """The names of all screens that there are."""
    below = kind.__subclasses__()
    return {name for one in below for name in all_screens(one)} or {kind.__name__}


def test_every_screen_withstands_hundreds_of_hostile_texts() -> None:
    withstood = through_every_screen(frames=4)

    assert set(withstood) == all_screens()
    assert set(withstood.values()) == {200}


@pytest.mark.slow
def test_every_screen_withstands_five_thousand_hostile_texts() -> None:
    assert min(through_every_screen(frames=100).values()) >= 5_000
