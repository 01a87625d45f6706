"""Reading a job's or a session's input from a file or from stdin."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bunsui_core.domain.errors import BadInput

LIMIT_BYTES = 262_144
"""Step Functions refuses a longer input (API reference, StartExecution)."""


def input_text(file: Path) -> str:
    """Return the JSON text of a file, or of stdin when the file is `-`.

    Raises: BadInput when it cannot be read, is too long, or is not JSON.
    """
    content = _content(file)
    if len(content) > LIMIT_BYTES:
        raise BadInput(
            f"the input is longer than the {LIMIT_BYTES:,} bytes that Step Functions takes.",
            "Put the data into S3 and pass its address.",
        )
    try:
        text = content.decode()
        json.loads(text)
    except ValueError as error:
        raise BadInput(
            f"{_name(file)} is not JSON: {error}.", "Correct it and run the command again."
        ) from error
    return text


def _content(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(LIMIT_BYTES + 1)
    try:
        with file.open("rb") as opened:
            return opened.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise BadInput(
            f"the input file {file} cannot be read: {error.strerror}.",
            "Name a file with JSON in it, or - for stdin.",
        ) from error


def _name(file: Path) -> str:
    return "what came from stdin" if str(file) == "-" else f"the input file {file}"
