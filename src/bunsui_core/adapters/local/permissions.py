"""What a connection of an agent's process may do, as SQLite authorizers.

An authorizer is asked while a statement is prepared, so a forbidden one never runs. It is not asked
about OR REPLACE (a trigger of the inbox is), incremental blobs and backups (`mode=ro` is). A backup
restored into the inbox could lose requests; it could not change one that was decided, for a
decision is bound to the digest of its plan.
"""

from __future__ import annotations

import sqlite3

FUNCTIONS = frozenset({"coalesce", "count", "like", "max", "sum"})
"""The SQL functions that bunsui's own statements use."""

ASKED = frozenset({"requests", "withdrawals"})
"""The tables that an asker inserts into."""


def may_read(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Allow queries in transactions and the look at the schema's version; deny the rest."""
    match action:
        case sqlite3.SQLITE_SELECT | sqlite3.SQLITE_READ | sqlite3.SQLITE_TRANSACTION:
            return sqlite3.SQLITE_OK
        case sqlite3.SQLITE_FUNCTION if second in FUNCTIONS:
            return sqlite3.SQLITE_OK
        case sqlite3.SQLITE_PRAGMA if first == "user_version" and second is None:
            return sqlite3.SQLITE_OK
        case _:
            return sqlite3.SQLITE_DENY


def may_ask(
    action: int, first: str | None, second: str | None, schema: str | None, trigger: str | None
) -> int:
    """Allow what `may_read` allows, and inserting requests and withdrawals."""
    if (action, schema) == (sqlite3.SQLITE_INSERT, "main") and first in ASKED:
        return sqlite3.SQLITE_OK
    return may_read(action, first, second, schema, trigger)
