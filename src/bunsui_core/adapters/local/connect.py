"""Connections to bunsui's SQLite files: one a thread, checked before every use.

A connection with an authorizer that several threads share can deadlock, so none is shared.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from bunsui_core.adapters.local.failure import explained, no_store, unusable, wrong_version
from bunsui_core.adapters.local.permissions import may_ask, may_read

STORE_VERSION = 7
"""The `user_version` of a store this code reads and writes."""

INBOX_VERSION = 2
"""The `user_version` of an inbox this code reads and writes."""

BUSY_SECONDS = 5.0
"""How long a statement waits for another process's write."""

Connect: TypeAlias = Callable[[Path], sqlite3.Connection]
"""Opens one connection to a file that exists."""

Stamp: TypeAlias = tuple[int, int]
"""Device and inode: a file that was replaced under its name has another one."""


def open_file(path: Path, mode: str) -> sqlite3.Connection:
    """Return a connection in autocommit mode; `mode` is SQLite's `ro` or `rw`, never creating."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,  # a dead thread's connection is closed by whoever collects it
    )


def open_reader(path: Path) -> sqlite3.Connection:
    """Return a connection that can read the store and change nothing in it."""
    return _guarded(open_file(path, "ro"), may_read)


def open_asker(path: Path) -> sqlite3.Connection:
    """Return a connection that can read the inbox and insert requests."""
    connection = _guarded(open_file(path, "rw"), may_ask)
    connection.text_factory = read_as_text
    return connection


class SqliteFile:
    """One SQLite file for all threads of this process; `connect` decides what may be done."""

    def __init__(self, path: Path, version: int, connect: Connect) -> None:
        self.path = path
        self._version = version
        self._connect = connect
        self._threads = threading.local()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection inside one consistent snapshot.

        Raises: Unavailable, StoreDamaged, StoreNewer.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection inside the only write transaction; an exception undoes all of it.

        Raises: NotAuthorised when this process may only read, and what `reading` raises.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with explained(self.path):
            connection = self._current()
            connection.execute(begin)
            try:
                self._check_version(connection)
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _current(self) -> sqlite3.Connection:
        stamp = _stamp(self.path)
        held: _Held | None = getattr(self._threads, "held", None)
        if held is None or held.stamp != stamp:
            self._threads.held = held = _Held(self._connect(self.path), stamp)
        return held.connection

    def _check_version(self, connection: sqlite3.Connection) -> None:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found != self._version:
            raise wrong_version(self.path, found, self._version)


class StoreReader(SqliteFile):
    """The store of one account and region; unless `connect` says otherwise, to read only."""

    is_writable = False
    """Whether this process is a human's or the worker's, and may write the store."""

    def __init__(
        self, path: Path, account: str, region: str, connect: Connect = open_reader
    ) -> None:
        super().__init__(path, STORE_VERSION, connect)
        self.account = account
        self.region = region

    @property
    def place(self) -> tuple[str, str]:
        """Account and region, the first two columns of every key."""
        return self.account, self.region


class _Held:
    """A thread's connection; it is closed when the thread or a newer connection drops it."""

    def __init__(self, connection: sqlite3.Connection, stamp: Stamp) -> None:
        self.connection = connection
        self.stamp = stamp
        weakref.finalize(self, connection.close)


def _guarded(connection: sqlite3.Connection, authorizer: Callable[..., int]) -> sqlite3.Connection:
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_authorizer(authorizer)
    return connection


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise no_store(path) from error
    except OSError as error:
        raise unusable(path, error) from error
    return status.st_dev, status.st_ino


def read_as_text(raw: bytes) -> str:
    """Return a text of bytes that an asker chose: none makes the whole inbox unreadable."""
    return raw.decode(errors="replace")
