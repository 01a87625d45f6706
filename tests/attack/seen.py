"""What lies in a folder: every row and definition of its databases, every other file's bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeAlias

Seen: TypeAlias = dict[str, object]
"""File name to what it holds."""

SIDE_FILES = ("-wal", "-shm", "-journal")
"""SQLite's own, which come and go."""


def look(folder: Path) -> Seen:
    """Return what the files in a folder hold now."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name: _content(path) for path in files if not path.name.endswith(SIDE_FILES)}


def run_all(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    """Run each statement, whatever becomes of the others."""
    for statement in statements:
        with suppress(sqlite3.Error):
            connection.execute(statement).fetchall()


def _content(path: Path) -> object:
    if path.suffix != ".db":
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        return [*connection.iterdump()]
