"""What was exported from this machine, noted beside the store until a worker records it."""

from __future__ import annotations

import os
import pwd
from contextlib import suppress
from pathlib import Path

from bunsui_core.domain.audit import Export

FILE = "exports.jsonl"

MOST_BYTES = 1 << 18
"""Bytes of the newest notes that a worker reads."""


def note_export(folder: Path, export: Export) -> None:
    """Note an export; where the folder cannot be written, nobody is kept from exporting."""
    line = f"{export.model_dump_json()}\n".encode()
    with suppress(OSError):
        handle = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)


class Noted:
    """The exports that were noted, read again only when there are more."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._size = 0

    def new(self) -> tuple[Export, ...]:
        """Return the newest exports if there are more than at the last time; what is none is not.

        One is returned again when its note grows the file while it is read.
        """
        try:
            size = self._path.stat().st_size
            if size == self._size:
                return ()
            with self._path.open("rb") as file:
                file.seek(max(size - MOST_BYTES, 0))
                lines = file.read(MOST_BYTES).splitlines()
        except OSError:
            return ()
        self._size = size
        return tuple(one for one in map(_export, lines) if one)


def this_user() -> str:
    """Return the name of the user of this process on this machine."""
    try:
        return f"user:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"user:{os.getuid()}"


def _export(line: bytes) -> Export | None:
    try:
        return Export.model_validate_json(line)
    except ValueError:
        return None
