"""What was told already, in a file, so that a new process does not tell it again."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from bunsui_core.adapters.local.failure import unusable
from bunsui_core.domain.notice import Round, Told


class ToldFile:
    """Remembers what went out over one channel; two processes over it tell nothing twice."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def change(self, tell: Callable[[Told | None], Round]) -> Round:
        """Return what is to be told, given what was, and remember it. Raises: Unavailable.

        `tell` gets nothing where nothing was told yet, or where what is remembered is unreadable.
        """
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(_private(self._path.with_suffix(".lock")), "wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                before = self._read()
                made = tell(before)
                if made.told != before:
                    self._write(made.told)
        except OSError as error:
            raise unusable(self._path, error) from error
        return made

    def _read(self) -> Told | None:
        try:
            return Told.model_validate_json(self._path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def _write(self, told: Told) -> None:
        """Write beside the name and rename: whoever reads sees all of it or what was before."""
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=".told")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(told.model_dump_json().encode())
            Path(name).replace(self._path)
        finally:
            Path(name).unlink(missing_ok=True)


def _private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
