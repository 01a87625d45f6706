"""Removes what was stored, whole; only a person who asks for it comes here."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from bunsui_core.adapters.local.failure import unusable


def forget(files: Sequence[Path], folders: Sequence[Path]) -> None:
    """Remove SQLite files with all that belongs to them, and folders. Raises: Unavailable."""
    for file in files:
        # The log goes first: a new file of the same name would take an old log for its own.
        for part in ("-wal", "-shm", ""):
            _remove(file.with_name(f"{file.name}{part}"))
    for folder in folders:
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise unusable(folder, error) from error


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise unusable(file, error) from error
