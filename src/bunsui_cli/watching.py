"""Showing an answer again and again until Ctrl-C."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bunsui_cli.envelope import Answer, answered, as_text
from bunsui_cli.output import for_people, redraw, write

EVERY_S = 2.0
"""Seconds between two looks."""


def keep_showing(
    look: Callable[[], Answer], as_json: bool, stop: threading.Event, every: float = EVERY_S
) -> None:
    """Redraw the answer in place for a person; for a program write a line when `data` changed."""
    before: object = None
    while not stop.is_set():
        answer = look()
        if for_people(as_json):
            redraw(answer)
        elif answer.data != before:
            write(as_text(answered(answer), for_eyes=False))
            before = answer.data
        stop.wait(every)
