"""Every table of the store, the index of values among them: an agent's connection writes none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bunsui_core.adapters.local.connect import open_asker, open_file, open_reader
from bunsui_core.adapters.local.permissions import may_read
from bunsui_core.adapters.local.sessions import LocalSessions
from bunsui_core.domain.answer import FieldValue, SessionFilter
from tests.attack.seen import look, run_all
from tests.builders import a_request, a_session
from tests.local_home import LocalHome
from tests.withdrawals import a_withdrawal

GIVEN = '{"order_id": 42}'


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalHome]:
    """A home whose session can be found by a value; whatever is tried, it stays as it is."""
    made = LocalHome(tmp_path_factory.mktemp("indexed") / "home")
    LocalSessions(made.writer).save(a_session(input=GIVEN))
    made.requests.submit(a_request())
    made.requests.withdraw(a_withdrawal())
    before = look(made.folder)
    yield made
    assert look(made.folder) == before


def tables(path: Path) -> list[str]:
    """The names of all tables in a file."""
    with closing(open_file(path, "ro")) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [name for (name,) in rows]


def writes(path: Path, table: str) -> list[str]:
    """Statements that change a table."""
    with closing(open_file(path, "ro")) as connection:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    nothing = ", ".join("NULL" for _ in columns)
    return [
        f"DELETE FROM {table}",
        f"UPDATE {table} SET {columns[0]} = {columns[0]} || 'x'",
        f"INSERT INTO {table} VALUES ({nothing})",
        f"REPLACE INTO {table} SELECT * FROM {table}",
        f"ALTER TABLE {table} RENAME TO mallory",
        f"DROP TABLE {table}",
    ]


def attempts(connection: sqlite3.Connection, statements: list[str]) -> list[str]:
    """The statements that SQLite did not refuse."""
    passed = []
    for statement in statements:
        try:
            connection.execute(statement).fetchall()
        except sqlite3.DatabaseError:
            continue
        passed.append(statement)
    return passed


def test_an_agents_connection_to_the_store_writes_no_table(indexed: LocalHome) -> None:
    known = tables(indexed.store_path)
    statements = [one for table in known for one in writes(indexed.store_path, table)]

    with closing(open_reader(indexed.store_path)) as connection:
        assert attempts(connection, statements) == []
    with closing(open_file(indexed.store_path, "rw")) as connection:
        connection.set_authorizer(may_read)
        assert attempts(connection, statements) == []
    assert {"sessions", "session_lines", "machines", "sightings", "decisions"} <= set(known)


def test_an_agents_connection_to_the_inbox_only_inserts(indexed: LocalHome) -> None:
    known = tables(indexed.inbox_path)
    statements = [
        one
        for table in known
        for one in writes(indexed.inbox_path, table)
        if not one.startswith("INSERT")
    ]

    with closing(open_asker(indexed.inbox_path)) as connection:
        assert attempts(connection, statements) == []
    assert set(known) == {"requests", "withdrawals"}


def test_the_same_statements_do_change_a_store_that_nobody_guards(tmp_path: Path) -> None:
    home = LocalHome(tmp_path / "open")
    LocalSessions(home.writer).save(a_session(input=GIVEN))
    before = look(home.folder)

    with closing(open_file(home.store_path, "rw")) as connection:
        run_all(connection, writes(home.store_path, "session_lines"))

    assert look(home.folder) != before


FUNCTIONS = [
    "load_extension('/tmp/x')",
    "writefile('/tmp/x', 'y')",
    "readfile('/etc/passwd')",
    "randomblob(1000000000)",
    "zeroblob(1000000000)",
    "fts3_tokenizer('simple', x'00')",
    "hex(zeroblob(100000000))",
    "printf('%1000000000d', 1)",
    "replace(body, 'a', 'b')",
    "json_extract(body, '$')",
]


@pytest.mark.parametrize("call", FUNCTIONS)
def test_an_agents_connection_calls_only_the_functions_of_bunsui(
    indexed: LocalHome, call: str
) -> None:
    with closing(open_reader(indexed.store_path)) as connection:
        assert attempts(connection, [f"SELECT {call} FROM sessions"]) == []


@pytest.mark.parametrize(
    "source", ["json_each('[1]')", "pragma_table_list", "sqlite_dbpage", "dbstat", "fsdir('/')"]
)
def test_an_agents_connection_reads_nothing_but_tables(indexed: LocalHome, source: str) -> None:
    with closing(open_reader(indexed.store_path)) as connection:
        connection.execute("SELECT count(*) FROM sessions").fetchall()
        assert attempts(connection, [f"SELECT * FROM {source}"]) == []


def test_an_agents_connection_searches_the_index(indexed: LocalHome) -> None:
    wanted = SessionFilter(inputs=(FieldValue(path="order_id", value="42"),))

    assert LocalSessions(indexed.reader).page(wanted, 10, "").total == 1


RECURSION = (
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c LIMIT 10"
)


def test_an_agents_connection_counts_to_no_end(indexed: LocalHome) -> None:
    """Without the authorizer it does: a query that never ends keeps its snapshot for ever."""
    with closing(open_file(indexed.store_path, "ro")) as connection:
        assert attempts(connection, [RECURSION]) == [RECURSION]
    with closing(open_reader(indexed.store_path)) as connection:
        assert attempts(connection, [RECURSION]) == []
    with closing(open_asker(indexed.inbox_path)) as connection:
        assert attempts(connection, [RECURSION]) == []
