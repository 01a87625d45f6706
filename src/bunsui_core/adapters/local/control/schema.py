"""The tables of the two files, and who made them: the worker or a human's desk, never an agent."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from bunsui_core.adapters.local.connect import INBOX_VERSION, STORE_VERSION, open_file
from bunsui_core.adapters.local.control.tables import INBOX, STORE
from bunsui_core.adapters.local.failure import (
    cut_short,
    damaged,
    explained,
    is_cut_short,
    unusable,
    wrong_version,
)


def create(store_path: Path, inbox_path: Path) -> None:
    """Make the store and the inbox, readable by this user only; leave those that are there.

    Raises: StoreDamaged, StoreNewer, Unavailable.
    """
    _create(store_path, STORE, STORE_VERSION)
    _create(inbox_path, INBOX, INBOX_VERSION)


def _create(path: Path, statements: tuple[str, ...], version: int) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path, statements, version)
        if is_cut_short(path):
            raise cut_short(path)
    except OSError as error:
        raise unusable(path, error) from error
    _fill(path, statements, version)


def _make(path: Path, statements: tuple[str, ...], version: int) -> None:
    """Make a file beside its name and give it the name when it is whole.

    So no actor meets it half made, and it is closed before others open it: closing a file drops
    the locks that other connections of this process hold on it (POSIX), and another process then
    removes the -wal they write to.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # readable by this user only
    os.close(descriptor)
    made = Path(name)
    try:
        _fill(made, statements, version)
        with suppress(FileExistsError):  # another actor was faster
            path.hardlink_to(made)
    finally:
        made.unlink()


def _fill(path: Path, statements: tuple[str, ...], version: int) -> None:
    """Make the tables in an empty file, and leave a file that has them."""
    with explained(path), closing(open_file(path, "rw")) as connection:
        if _version(connection, path) == 0:
            connection.execute("PRAGMA journal_mode = WAL")
        with _alone(connection):
            found = _version(connection, path)
            if found == 0:
                for statement in statements:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version}")
            elif found != version:
                raise wrong_version(path, found, version)


@contextmanager
def _alone(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if found == 0 and tables:
        raise damaged(path, "it is a database of something else")
    return found
