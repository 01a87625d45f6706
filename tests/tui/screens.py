"""What stands on a screen, as text."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot
from textual.strip import Strip

from bunsui_tui.app import DeskApp

TRIES = 600
BETWEEN_S = 0.02
READING_TRIES = 100

SIZE = (80, 24)

Play = Callable[[Pilot[None]], Awaitable[None]]


def strips(pilot: Pilot[None]) -> list[Strip]:
    """The lines of the screen as Textual would draw them; the only use of its compositor."""
    return pilot.app.screen._compositor.render_strips()


def text_of(pilot: Pilot[None]) -> str:
    """The screen as plain text."""
    lines = ("".join(segment.text for segment in strip) for strip in strips(pilot))
    return "\n".join(line.rstrip() for line in lines)


def on_screen(app: DeskApp, play: Play, size: tuple[int, int] = SIZE) -> None:
    """Open an app on a screen of that size and let a human use it."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await play(pilot)

    asyncio.run(run())


async def until(pilot: Pilot[None], holds: Callable[[], bool], what: str) -> None:
    """Let the app work until something holds."""
    for _ in range(TRIES):
        await pilot.pause(BETWEEN_S)
        if holds():
            return
    raise AssertionError(f"never: {what}\n{text_of(pilot)}")


async def until_shown(pilot: Pilot[None], wanted: str) -> str:
    """Let the app work until a text is on the screen, and return the screen once it is whole.

    A screen is drawn in pieces as they arrive; while its title says that it reads, what a test
    looks for beside the text may be still to come. A test that holds a read up gets what is there.
    """
    await until(pilot, lambda: wanted in text_of(pilot), f"{wanted!r} on the screen")
    for _ in range(READING_TRIES):
        shown = text_of(pilot)
        if wanted in shown and "reading…" not in shown.split("\n", 1)[0]:
            return shown
        await pilot.pause(BETWEEN_S)
    return text_of(pilot)


async def type_in(pilot: Pilot[None], text: str) -> None:
    """Press a key for each character, then enter."""
    for char in text:
        await pilot.press("space" if char == " " else char)
    await pilot.press("enter")


def line_with(shown: str, wanted: str) -> int:
    """The number of the first line that contains a text."""
    return next(n for n, line in enumerate(shown.splitlines()) if wanted in line)
