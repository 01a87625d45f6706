"""Where a command's words go: stdout is data, stderr is for the person who waits."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
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
        _discard()


def refuse(problem: Problem, arguments: Sequence[str]) -> None:
    """Say why there is no answer: two lines for a person, otherwise one JSON document.

    Where stdout takes nothing the lines go to stderr, and where that takes nothing, nowhere.
    """
    if not for_people("--json" in arguments):
        try:
            write(as_text(failed(problem), for_eyes=sys.stdout.isatty()))
            return
        except OSError:
            _discard()
    with suppress(OSError):
        narrate(f"error: {safe(problem.message)}")
        if problem.next:
            narrate(f" next: {safe(problem.next)}")


def _discard() -> None:
    """Let what is still buffered for stdout go nowhere, so that the end of the process is quiet."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def occupy() -> None:
    """Give stdin, stdout and stderr a place where a caller closed them.

    The next file that is opened, a store for one, would get the number, and what is said with it.
    """
    for number, name in ((0, "stdin"), (1, "stdout"), (2, "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # For stdout it is one that refuses to be written: an answer is not lost in silence.
            place = os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY)
            if place != number:
                os.dup2(place, number)
                os.close(place)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8"))


def write(text: str) -> None:
    """Write one line of data to stdout, in UTF-8 whatever the locale says."""
    sys.stdout.flush()
    try:
        os.write(sys.stdout.fileno(), f"{text}\n".encode())
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, "stdout") from error


def narrate(text: str) -> None:
    """Tell the person who waits something, on stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
