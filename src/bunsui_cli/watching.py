"""Looking again and again until Ctrl-C, also while AWS or the store does not answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from bunsui_cli.envelope import Answer, answered, as_text
from bunsui_cli.output import for_people, narrate, reader_may_leave, redraw, write
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.safe import safe

EVERY_S = 2.0
"""Seconds between two looks."""

T = TypeVar("T")


def looks(look: Callable[[], T], stop: threading.Event, every: float = EVERY_S) -> Iterator[T]:
    """Yield what each look finds; a look in vain is told once and made again.

    Raises: whatever the first look raises, and later ones but for Unavailable.
    """
    trouble, has_begun = "", False
    while not stop.is_set():
        try:
            found = look()
        except Unavailable as error:
            if not has_begun:
                raise
            if error.message != trouble:
                trouble = error.message
                narrate(f"not renewed: {safe(trouble, newlines=False)} Trying again.")
        else:
            if trouble:
                narrate("It answers again.")
            trouble, has_begun = "", True
            yield found
        stop.wait(every)


def keep_showing(
    look: Callable[[], Answer], as_json: bool, stop: threading.Event, every: float = EVERY_S
) -> None:
    """Redraw the answer in place for a person; for a program write a line when `data` changed."""
    before: object = None
    with reader_may_leave():
        for answer in looks(look, stop, every):
            if for_people(as_json):
                redraw(answer)
            elif answer.data != before:
                write(as_text(answered(answer), for_eyes=False))
                before = answer.data
