"""The person at the terminal, who is asked there and nowhere else."""

from __future__ import annotations

import getpass
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bunsui_core.domain.errors import NotAuthorised

TERMINAL = Path("/dev/tty")
"""The controlling terminal; a pipe or a file in place of stdin never reaches a question."""

USUAL_WIDTH = 80
"""Cells of a line where the terminal does not say."""


@dataclass(frozen=True)
class Person:
    """Somebody who sees what is shown and can type."""

    screen: TextIO
    keys: TextIO

    @property
    def width(self) -> int:
        """How many cells a line of the terminal has."""
        try:
            return os.get_terminal_size(self.screen.fileno()).columns or USUAL_WIDTH
        except OSError:
            return USUAL_WIDTH

    def tell(self, text: str) -> None:
        """Show a text that is already safe for a terminal."""
        self.screen.write(f"{text}\n")
        self.screen.flush()

    def ask(self, question: str) -> str:
        """Return the line that was typed, without its ends."""
        self.screen.write(question)
        self.screen.flush()
        return self.keys.readline().strip()

    def secret(self, question: str) -> str:
        """Return the line that was typed without showing it.

        Raises: NotAuthorised when the terminal cannot hide it or nothing was typed.
        """
        try:
            with warnings.catch_warnings():
                # getpass would otherwise go on with the characters visible, or read stdin.
                warnings.simplefilter("error", getpass.GetPassWarning)
                typed = getpass.getpass(question)
        except (EOFError, getpass.GetPassWarning) as error:
            raise NotAuthorised(
                "the terminal gave no passphrase.", "Type it when you are asked for it."
            ) from error
        if not typed:
            raise NotAuthorised("an empty passphrase opens nothing.", "Type the passphrase.")
        return typed


@contextmanager
def person(
    purpose: str, otherwise: str = "Run the command in a terminal, or decide in `bunsui tui`."
) -> Iterator[Person]:
    """Give the person at the controlling terminal of this process.

    Raises: NotAuthorised when there is none, so that no program decides in a person's place.
    """
    try:
        screen = TERMINAL.open("w", encoding="utf-8", errors="replace")
    except OSError as error:
        raise NotAuthorised(
            f"{purpose} needs a person at a terminal, and this process has none.",
            otherwise,
        ) from error
    with screen, TERMINAL.open(encoding="utf-8", errors="replace") as keys:
        yield Person(screen, keys)
