"""SQLite's complaints as bunsui's errors, each with the next step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bunsui_core.domain.errors import (
    BunsuiError,
    NotAuthorised,
    StoreDamaged,
    StoreNewer,
    Unavailable,
)

DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
FORBIDDEN = frozenset({sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

SMALLEST_PAGE = 512
"""Bytes of the smallest SQLite database (Database File Format, 1.2)."""


UNFINISHED = 2**31 - 1
"""The `user_version` of a store into which an export is being imported."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Translate what SQLite raises about a file.

    Raises: StoreDamaged, NotAuthorised, Unavailable.
    """
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError):
            raise
        raise _explain(error, path) from error


def no_store(path: Path) -> Unavailable:
    """Return the error for a file that was never made."""
    return Unavailable(f"there is no store yet: {path} does not exist.", _make_one(path))


def unusable(path: Path, error: OSError) -> Unavailable:
    """Return the error for a file or folder that the operating system does not let us use."""
    return Unavailable(
        f"{path} cannot be used: {error.strerror}.", "Check the disk and the permissions."
    )


def damaged(path: Path, why: str) -> StoreDamaged:
    """Return the error for a file that cannot be read as what it should be."""
    return StoreDamaged(
        f"{path} is damaged: {why}.",
        "Move it away and restore a copy, or run `bunsui worker` to begin an empty one.",
    )


def cut_short(path: Path) -> StoreDamaged:
    """Return the error for a file of which only the beginning is left."""
    return damaged(path, "only its beginning is left")


def is_cut_short(path: Path) -> bool:
    """Whether a file is too short to be a database; SQLite would take it for an empty one."""
    return 0 < path.stat().st_size < SMALLEST_PAGE


def wrong_version(path: Path, found: int, known: int) -> BunsuiError:
    """Return the error for a file of another version than this code knows."""
    if found == UNFINISHED:
        return Unavailable(
            f"an import into {path} was not finished, so it is not whole.",
            "Run the same `bunsui store import` again.",
        )
    if found > known:
        return StoreNewer(
            f"{path} was written by a newer bunsui (version {found}, this one knows {known}).",
            "Upgrade bunsui, or point BUNSUI_HOME elsewhere.",
        )
    if found == 0 and is_cut_short(path):
        return cut_short(path)
    if found == 0:
        return Unavailable(f"there is no store yet: {path} is empty.", _make_one(path))
    return Unavailable(
        f"{path} was written by an older bunsui (version {found}, this one needs {known}).",
        f"Run `{_worker(path)}`; it brings the store up to date.",
    )


def _make_one(path: Path) -> str:
    worker = _worker(path)
    if worker != _WORKER:
        return f"Run `{worker}`, which makes it and finds what ran there."
    return f"Run `bunsui demo` or `{worker}` to make it."


_WORKER = "bunsui worker"


def _worker(path: Path) -> str:
    """The command that makes a store; one of an account lies in the folder of its environment."""
    environment = path.parent
    if environment.parent.name == "environments":
        return f"bunsui -e {environment.name} worker"
    return _WORKER


def _explain(error: sqlite3.Error, path: Path) -> BunsuiError:
    # An extended code carries its primary one in the low byte.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in DAMAGED:
        return damaged(path, str(error))
    if code in FORBIDDEN:
        return NotAuthorised(
            f"this process may not do that to {path}: {error}.",
            "Decisions are made in `bunsui tui` or `bunsui approvals`, by a human.",
        )
    if code in BUSY:
        return Unavailable(f"{path} is busy: {error}.", "Try again in a moment.")
    return Unavailable(f"{path} cannot be used: {error}.", "Check the disk and the permissions.")
