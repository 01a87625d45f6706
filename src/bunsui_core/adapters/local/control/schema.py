"""The tables of the two files, and who made them: the worker or a human's desk, never an agent."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
    _touch(path)
    if is_cut_short(path):
        raise cut_short(path)
    with explained(path), closing(open_file(path, "rw")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        with _alone(connection):
            found = _version(connection, path)
            if found == 0:
                for statement in statements:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version}")
            elif found != version:
                raise wrong_version(path, found, version)


def _touch(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A file that exists is not opened: closing it would drop the locks of every connection of
        # this process (POSIX), and another process then removes the -wal that they write to.
        if not path.exists():
            # SQLite would let others read the file; its -wal and -shm take over the permissions.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise unusable(path, error) from error


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
