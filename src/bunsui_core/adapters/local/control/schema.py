"""The tables of the two files, and who made them: the worker or a human's desk, never an agent."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bunsui_core.adapters.local.config_file import make_private
from bunsui_core.adapters.local.connect import INBOX_VERSION, STORE_VERSION, open_file
from bunsui_core.adapters.local.control.tables import (
    ASKED_APART,
    INBOX,
    INBOX_CHANGES,
    STORE,
    STORE_CHANGES,
)
from bunsui_core.adapters.local.control.taking_over import take_over
from bunsui_core.adapters.local.failure import (
    cut_short,
    damaged,
    explained,
    is_cut_short,
    unusable,
    wrong_version,
)


@dataclass(frozen=True)
class Layout:
    """What makes an empty file a file of a version, and what brings an older one up to it."""

    version: int
    statements: tuple[str, ...]
    changes: Mapping[int, tuple[str, ...]]

    def since(self, version: int) -> tuple[str, ...]:
        """Return what a file of a version still needs, in order."""
        if version == 0:
            return self.statements
        return tuple(one for v in range(version, self.version) for one in self.changes[v])


Take: TypeAlias = Callable[[sqlite3.Connection], None]
"""Takes into a file that is brought up to date what another one held for it."""


def _nothing(_: sqlite3.Connection) -> None:
    pass


_STORE = Layout(STORE_VERSION, STORE, STORE_CHANGES)
_INBOX = Layout(INBOX_VERSION, INBOX, INBOX_CHANGES)


def create(store_path: Path, inbox_path: Path) -> None:
    """Make the store and the inbox, readable by this user only; bring older ones up to date.

    Raises: StoreDamaged, StoreNewer, Unavailable.
    """
    _create(inbox_path, _INBOX)
    _create(store_path, _STORE, lambda store: take_over(store, inbox_path))


def _create(path: Path, layout: Layout, take: Take = _nothing) -> None:
    try:
        make_private(path.parent)
        if not path.exists():
            _make(path, layout)
        if is_cut_short(path):
            raise cut_short(path)
    except OSError as error:
        raise unusable(path, error) from error
    _fill(path, layout, take)


def _make(path: Path, layout: Layout) -> None:
    """Make a file beside its name and give it the name when it is whole.

    So no actor meets it half made, and it is closed before others open it: closing a file drops
    the locks that other connections of this process hold on it (POSIX), and another process then
    removes the -wal they write to.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # readable by this user only
    os.close(descriptor)
    made = Path(name)
    try:
        _fill(made, layout, _nothing)
        with suppress(FileExistsError):  # another actor was faster
            path.hardlink_to(made)
    finally:
        made.unlink()


def _fill(path: Path, layout: Layout, take: Take) -> None:
    """Make the tables that a file does not have yet, and take into an older one what belongs."""
    with explained(path), closing(open_file(path, "rw")) as connection:
        if _version(connection, path) == 0:
            connection.execute("PRAGMA journal_mode = WAL")
        with _alone(connection):
            found = _version(connection, path)
            if not 0 <= found <= layout.version:
                raise wrong_version(path, found, layout.version)
            for statement in layout.since(found):
                connection.execute(statement)
            if 0 < found < ASKED_APART <= layout.version:
                take(connection)
            if found != layout.version:
                connection.execute(f"PRAGMA user_version = {layout.version}")


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
