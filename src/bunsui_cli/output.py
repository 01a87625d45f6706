"""Where a command's words go: stdout is data, stderr is for the person who waits."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from bunsui_cli.envelope import Answer, Problem, answered, as_text, failed
from bunsui_core.domain.safe import safe

AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON document, also on a terminal.", show_default=False)
]


def for_people(as_json: bool) -> bool:
    """Whether a person reads stdout: it is a terminal and nobody asked for JSON."""
    return sys.stdout.isatty() and not as_json


def show(answer: Answer, as_json: bool) -> None:
    """Write the answer to stdout: a table for a person, otherwise one JSON document."""
    with reader_may_leave():
        if for_people(as_json):
            # Only a terminal pays for rich, which no program's answer needs.
            from bunsui_cli.views.screen import paint

            paint(answer)
        else:
            write(as_text(answered(answer), for_eyes=sys.stdout.isatty()))


def redraw(answer: Answer) -> None:
    """Write the answer for a person over what stood on the terminal before."""
    from bunsui_cli.views.screen import paint

    sys.stdout.write("\x1b[H\x1b[2J")
    paint(answer)
    sys.stdout.write("Ctrl-C stops.\n")
    sys.stdout.flush()


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """Take it as no error when the reader, `head` for one, has what it wanted."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def refuse(problem: Problem, arguments: Sequence[str]) -> None:
    """Say why there is no answer: two lines for a person, otherwise one JSON document."""
    if for_people("--json" in arguments):
        narrate(f"error: {safe(problem.message)}")
        if problem.next:
            narrate(f" next: {safe(problem.next)}")
    else:
        write(as_text(failed(problem), for_eyes=sys.stdout.isatty()))


def write(text: str) -> None:
    """Write one line of data to stdout, in UTF-8 whatever the locale says."""
    sys.stdout.flush()
    os.write(sys.stdout.fileno(), f"{text}\n".encode())


def narrate(text: str) -> None:
    """Tell the person who waits something, on stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
