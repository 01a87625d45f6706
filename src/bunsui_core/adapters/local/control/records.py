"""A whole store and its inbox, as lines: to export, and to fill in one transaction a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from bunsui_core.adapters.local.connect import (
    INBOX_VERSION,
    STORE_VERSION,
    SqliteFile,
    StoreReader,
    open_file,
)
from bunsui_core.adapters.local.control.filling import emptied, write
from bunsui_core.adapters.local.control.reading import ASKED, asked_lines, lines
from bunsui_core.adapters.local.control.writer import StoreWriter, open_writer
from bunsui_core.adapters.local.failure import UNFINISHED, explained, wrong_version
from bunsui_core.domain.moving import Kind

_COUNT = "SELECT count(*) FROM {} WHERE account = ? AND region = ?"


class Files(NamedTuple):
    """Connections to the store and to the inbox, each in a transaction."""

    store: sqlite3.Connection
    inbox: sqlite3.Connection

    def tables(self, kind: Kind) -> tuple[tuple[str, sqlite3.Connection], ...]:
        """The tables that hold records of a kind, and the file of each."""
        if kind not in ASKED:
            return ((kind.value, self.store),)
        of_humans, of_agents = ASKED[kind]
        return (of_humans, self.store), (of_agents, self.inbox)


class LocalRecords:
    """`Records` in the two files of an environment. Not thread-safe."""

    def __init__(self, store: StoreWriter, inbox_path: Path) -> None:
        self._store = store
        self._inbox = SqliteFile(inbox_path, INBOX_VERSION, open_writer)
        self._held: Files | None = None

    def counts(self) -> Mapping[Kind, int]:
        """Return how many records of each kind there are. Raises: Unavailable, StoreDamaged."""
        with self._reading() as files:
            return {kind: self._count(files, kind) for kind in Kind}

    def unfinished(self) -> str:
        """Return the digest of an export that was begun to be imported here and is not whole."""
        path = self._store.path
        with explained(path), closing(open_file(path, "ro")) as connection:
            if _version(connection) != UNFINISHED:
                return ""
            (found,) = connection.execute("SELECT digest FROM importing").fetchone()
        return str(found)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all that is read in the block be of one moment; the inbox of one just after."""
        with self._reading() as files, self._holding(files):
            yield

    def read(self, kind: Kind) -> Iterator[str]:
        """Give the records of a kind, decisions and audit in their order. Raises: StoreDamaged."""
        with self._reading() as files:
            if kind in ASKED:
                yield from asked_lines(kind, *files, self._store.place)
            else:
                yield from lines(kind, files.store, self._store)

    @contextmanager
    def filling(self, digest: str) -> Iterator[None]:
        """Empty the store, and let the block write it; it is as it was until that ends well.

        Between the ends of the two transactions the store says that it is not whole.
        """
        with _writing(self._store, self._inbox) as files:
            emptied(files.store, files.inbox, self._store.place)
            with self._holding(files):
                yield
            files.store.execute("CREATE TABLE importing (digest TEXT NOT NULL)")
            files.store.execute("INSERT INTO importing VALUES (?)", (digest,))
            files.store.execute(f"PRAGMA user_version = {UNFINISHED}")
            files.store.execute("COMMIT")
            files.inbox.execute("COMMIT")
            files.store.execute("BEGIN IMMEDIATE")
            files.store.execute("DROP TABLE importing")
            files.store.execute(f"PRAGMA user_version = {STORE_VERSION}")
            files.store.execute("COMMIT")

    def write(self, kind: Kind, texts: Iterable[str]) -> None:
        """Store records of a kind, within `filling`. Raises: StoreDamaged, Unavailable."""
        if self._held is None:
            raise RuntimeError("records are written within `filling`")
        held = HeldStore(self._store, self._held.store)
        with explained(self._store.path):
            write(kind, texts, held, self._held.inbox)

    @contextmanager
    def _reading(self) -> Iterator[Files]:
        if self._held:
            yield self._held
            return
        with self._store.reading() as store, self._inbox.reading() as inbox:
            yield Files(store, inbox)

    @contextmanager
    def _holding(self, files: Files) -> Iterator[None]:
        before, self._held = self._held, files
        try:
            yield
        finally:
            self._held = before

    def _count(self, files: Files, kind: Kind) -> int:
        return sum(
            int(connection.execute(_COUNT.format(table), self._store.place).fetchone()[0])
            for table, connection in files.tables(kind)
        )


class HeldStore(StoreReader):
    """A store of which every transaction is a part of one that is held."""

    def __init__(self, store: StoreReader, connection: sqlite3.Connection) -> None:
        super().__init__(store.path, store.account, store.region)
        self._connection = connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        del begin
        yield self._connection


@contextmanager
def _writing(store: StoreWriter, inbox: SqliteFile) -> Iterator[Files]:
    """Give both files in write transactions; what was not committed at the end is undone."""
    with (
        explained(store.path),
        closing(open_writer(store.path)) as first,
        explained(inbox.path),
        closing(open_writer(inbox.path)) as second,
    ):
        for connection in (first, second):
            connection.execute("BEGIN IMMEDIATE")
        _must_be_ours(first, store.path, STORE_VERSION)
        _must_be_ours(second, inbox.path, INBOX_VERSION)
        first.execute("DROP TABLE IF EXISTS importing")
        yield Files(first, second)


def _must_be_ours(connection: sqlite3.Connection, path: Path, version: int) -> None:
    found = _version(connection)
    if found not in (version, UNFINISHED):
        raise wrong_version(path, found, version)


def _version(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found
