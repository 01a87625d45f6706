"""An agent's connection to the inbox: it asks, and changes nothing that was asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bunsui_core.adapters.local.connect import open_asker, open_file
from bunsui_core.adapters.local.control.tables import INBOX
from tests.attack.seen import look, run_all
from tests.builders import ACCOUNT, REGION, a_request
from tests.local_home import LocalHome

KEY = f"'{ACCOUNT}', '{REGION}', 'r-4f2a'"
ROW = f"({KEY}, 'agent:mallory', '2026', '{{}}')"

STATEMENTS: dict[str, tuple[str, ...]] = {
    "replace a request": (f"INSERT OR REPLACE INTO requests VALUES {ROW}",),
    "replace a request, in other words": (f"REPLACE INTO requests VALUES {ROW}",),
    "upsert a request": (
        f"INSERT INTO requests VALUES {ROW} ON CONFLICT DO UPDATE SET body = excluded.body",
    ),
    "change a request": ("UPDATE requests SET body = '{}'",),
    "remove a request": ("DELETE FROM requests",),
    "drop the table": ("DROP TABLE requests",),
    "drop the guard, then replace": (
        "DROP TRIGGER requests_are_never_replaced",
        f"INSERT OR REPLACE INTO requests VALUES {ROW}",
    ),
    "change requests whenever one is asked": (
        "CREATE TRIGGER mallory AFTER INSERT ON requests BEGIN"
        " UPDATE requests SET requester = 'human:hanako'; END",
    ),
    "do so in this connection only": (
        "CREATE TEMP TRIGGER mallory AFTER INSERT ON main.requests BEGIN"
        " UPDATE requests SET requester = 'human:hanako'; END",
        f"INSERT INTO requests VALUES {ROW.replace('r-4f2a', 'r-other')}",
    ),
    "bring a withdrawal back": ("DELETE FROM withdrawals",),
    "change a withdrawal": ("UPDATE withdrawals SET body = '{}'",),
    "replace a withdrawal": (f"REPLACE INTO withdrawals VALUES ({KEY}, '{{}}')",),
    "create a table": ("CREATE TABLE mallory (x)",),
    "rewrite the schema": (
        "PRAGMA writable_schema = ON",
        "DELETE FROM sqlite_master WHERE type = 'trigger'",
    ),
}


@pytest.fixture
def unguarded(tmp_path: Path) -> Path:
    """An inbox with a rowid, with the rows of a real one and a trigger that guards nothing."""
    path = tmp_path / "unguarded" / "inbox.db"
    path.parent.mkdir()
    body = a_request().model_dump_json()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(INBOX[0].replace("WITHOUT ROWID", ""))
        connection.execute(
            f"INSERT INTO requests VALUES ({KEY}, 'agent:claude', '2026', ?)", [body]
        )
        connection.execute(
            "CREATE TABLE withdrawals (account, region, request_id PRIMARY KEY, body)"
        )
        connection.execute(f"INSERT INTO withdrawals VALUES ({KEY}, 'mine')")
        connection.execute(
            "CREATE TRIGGER requests_are_never_replaced DELETE ON requests BEGIN SELECT 1; END"
        )
    return path


@pytest.mark.parametrize("attack", STATEMENTS)
def test_without_the_defence_what_was_asked_changes(unguarded: Path, attack: str) -> None:
    before = asked(unguarded)

    with closing(open_file(unguarded, "rw")) as connection:
        run_all(connection, STATEMENTS[attack])

    assert asked(unguarded) != before


@pytest.mark.parametrize("attack", STATEMENTS)
def test_an_agents_connection_changes_nothing_that_was_asked(home: LocalHome, attack: str) -> None:
    before = asked(home.inbox_path)

    with closing(open_asker(home.inbox_path)) as connection:
        run_all(connection, STATEMENTS[attack])

    after = asked(home.inbox_path)
    assert [line for line in after if "r-other" not in line] == before


def test_the_authorizer_alone_would_let_a_request_be_replaced(home: LocalHome) -> None:
    """Why the trigger is there."""
    with closing(open_file(home.inbox_path, "rw")) as connection:
        connection.execute("DROP TRIGGER requests_are_never_replaced")
    before = asked(home.inbox_path)

    with closing(open_asker(home.inbox_path)) as connection:
        run_all(connection, STATEMENTS["replace a request"])

    assert asked(home.inbox_path) != before


def test_an_agents_connection_inserts_into_no_other_table(home: LocalHome) -> None:
    with closing(open_file(home.inbox_path, "rw")) as connection:
        connection.execute("CREATE TABLE other (x)")
    before = asked(home.inbox_path)

    with closing(open_asker(home.inbox_path)) as connection:
        run_all(connection, ["INSERT INTO other VALUES (1)"])

    assert asked(home.inbox_path) == before


def attach(connection: sqlite3.Connection, folder: Path) -> None:
    with suppress(sqlite3.Error):
        connection.execute("ATTACH ? AS other", (str(folder / "other.db"),))
        connection.execute("CREATE TABLE other.mallory (x)")


def vacuum_into(connection: sqlite3.Connection, folder: Path) -> None:
    with suppress(sqlite3.Error):
        connection.execute("VACUUM INTO ?", (str(folder / "copy.db"),))


def write_a_blob(connection: sqlite3.Connection, folder: Path) -> None:
    with suppress(sqlite3.Error), connection.blobopen("requests", "body", 1) as blob:
        blob[0] = ord("[")


CALLS: dict[str, Callable[[sqlite3.Connection, Path], None]] = {
    "attach another file": attach,
    "vacuum into a file": vacuum_into,
    "write a blob": write_a_blob,
}


@pytest.mark.parametrize("attack", CALLS)
def test_without_the_defence_the_call_changes_the_folder(unguarded: Path, attack: str) -> None:
    before = look(unguarded.parent)

    with closing(open_file(unguarded, "rw")) as connection:
        CALLS[attack](connection, unguarded.parent)

    assert look(unguarded.parent) != before


@pytest.mark.parametrize("attack", CALLS)
def test_an_agents_connection_refuses_the_call(home: LocalHome, attack: str) -> None:
    before = look(home.folder)

    with closing(open_asker(home.inbox_path)) as connection:
        CALLS[attack](connection, home.folder)

    assert look(home.folder) == before


def asked(inbox: Path) -> list[str]:
    """Every row and definition in an inbox."""
    with closing(sqlite3.connect(inbox)) as connection:
        return [*connection.iterdump()]
