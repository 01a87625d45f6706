"""Bring the files of an environment up to this bunsui's version, and see that nothing was lost."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bunsui_core.adapters.local.connect import open_file
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.failure import explained, no_store, unusable
from bunsui_core.domain.errors import StoreDamaged


def version_of(path: Path) -> int:
    """Return the version of a file. Raises: Unavailable when it is not there, StoreDamaged."""
    if not path.exists():
        raise no_store(path)
    with explained(path), closing(open_file(path, "ro")) as connection:
        found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def bodies_digest(paths: tuple[Path, ...], tables: frozenset[str]) -> str:
    """Return a digest of every document in these tables of the files, whatever their version."""
    whole = hashlib.sha256()
    for path in paths:
        with explained(path), closing(open_file(path, "ro")) as connection:
            for table in sorted(tables & with_bodies(connection)):
                whole.update(f"{table}\0".encode())
                for one in sorted(_digests(connection, table)):
                    whole.update(one)
    return whole.hexdigest()


def with_bodies(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the tables whose rows carry a document."""
    named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return frozenset(name for (name,) in named if "body" in _columns(connection, name))


def set_aside(path: Path, version: int) -> Path:
    """Copy a file beside itself as it is, for its owner only, and return the copy's path.

    Raises: Unavailable.
    """
    copy = path.with_name(f"{path.name}.before-{version}")
    try:
        copy.unlink(missing_ok=True)
        copy.touch(mode=0o600)
        with (
            explained(path),
            closing(open_file(path, "ro")) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except OSError as error:
        raise unusable(copy, error) from error
    return copy


def upgrade(store_path: Path, inbox_path: Path) -> str:
    """Bring both files up to date and return the digest of what they hold, before and after.

    Raises: StoreDamaged when they do not hold the same afterwards, StoreNewer, Unavailable.
    """
    files = tuple(path for path in (store_path, inbox_path) if path.exists())
    tables = frozenset(name for path in files for name in _tables(path))
    before = bodies_digest(files, tables)
    create(store_path, inbox_path)
    after = bodies_digest(files, tables)
    if after != before:
        raise StoreDamaged(
            f"{store_path.parent} does not hold what it held before it was brought up to date.",
            "The copies beside its files are as they were.",
        )
    return after


def _tables(path: Path) -> frozenset[str]:
    with explained(path), closing(open_file(path, "ro")) as connection:
        return with_bodies(connection)


def _columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return frozenset(column for _, column, *_ in rows)


def _digests(connection: sqlite3.Connection, table: str) -> Iterator[bytes]:
    for (body,) in connection.execute(f"SELECT body FROM {table}"):
        yield hashlib.sha256(str(body).encode(errors="replace")).digest()
