"""Editing a JSON text in the editor of the person at the terminal."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from bunsui_cli.person import TERMINAL
from bunsui_core.domain.editing import place_of, pretty, same
from bunsui_core.domain.errors import BadInput, Refused, Unavailable
from bunsui_core.domain.value import read_json

STDIN, STDERR = 0, 2


def edited(text: str, what: str) -> str:
    """Return a JSON text as it was edited. The file stays when it cannot be used, and is named.

    Raises: Unavailable without an editor that works; BadInput for what is no JSON; Refused when
    nothing was changed.
    """
    handle, name = tempfile.mkstemp(prefix="bunsui-", suffix=".json")
    path = Path(name)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(f"{pretty(text)}\n")
    _edit(path)
    found = path.read_text(encoding="utf-8")
    _must_be_json(found, path)
    path.unlink()
    if same(found, text):
        raise Refused(
            f"{what} was not changed, so nothing was asked for.",
            "Leave out --edit to run it as it was recorded.",
        )
    return found.rstrip("\n")


def _edit(path: Path) -> None:
    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    try:
        with ExitStack() as stack:
            keys: int | TextIO = STDIN
            # stdout may be a pipe that expects the answer alone.
            screen: int | TextIO = STDERR
            if os.isatty(STDERR):
                keys = stack.enter_context(TERMINAL.open(encoding="utf-8"))
                screen = stack.enter_context(TERMINAL.open("w", encoding="utf-8"))
            done = subprocess.run([*words, str(path)], check=False, stdin=keys, stdout=screen)
    except OSError as error:
        path.unlink()
        raise Unavailable(
            f"the editor {words[0]} cannot be started: {error.strerror}.",
            "Name one in EDITOR, or give the input with --input FILE.",
        ) from error
    if done.returncode:
        raise Refused(
            f"the editor ended with {done.returncode}, so nothing was asked for.",
            f"What you wrote is in {path}: correct it and give it with --input {path}.",
        )


def _must_be_json(text: str, path: Path) -> None:
    try:
        read_json(text)
    except ValueError as error:
        raise BadInput(
            f"what you wrote is no JSON: {place_of(error)}.",
            f"It is kept in {path}: correct it and give it with --input {path}.",
        ) from error
