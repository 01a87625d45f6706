"""An agent's connection to the store: every way to write is tried, first on an open connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bunsui_core.adapters.local.connect import StoreReader, open_file, open_reader
from bunsui_core.adapters.local.control.decisions import LocalDecisions
from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.adapters.local.permissions import may_read
from bunsui_core.adapters.local.sessions import LocalSessions
from bunsui_core.adapters.local.store import LocalPipelines
from bunsui_core.domain.errors import NotAuthorised
from tests.attack.seen import look, run_all
from tests.builders import ACCOUNT, NOW, REGION, a_pipeline, a_session, a_signed_decision
from tests.local_home import PASSPHRASE, LocalHome, light_signers

PLACE = f"'{ACCOUNT}', '{REGION}'"

STATEMENTS: dict[str, tuple[str, ...]] = {
    "write a decision": (
        f"INSERT INTO decisions VALUES (9, {PLACE}, 'r-4f2a', 'mallory', '{{}}')",
    ),
    "write an effect": (
        f"INSERT INTO effects VALUES ({PLACE}, 'r-4f2a', 'DONE', 'x', '', 1, '', '')",
    ),
    "ask as a human": (
        f"INSERT INTO human_requests VALUES ({PLACE}, 'r', 'human:hanako', '2026', '{{}}')",
    ),
    "take back what a human asked": (
        f"INSERT INTO human_withdrawals VALUES ({PLACE}, 'r', '{{}}')",
    ),
    "trust a key": (
        f"INSERT INTO approvers VALUES ({PLACE}, 'k', 'mallory', 'ab', 0, '2026', NULL)",
    ),
    "sign a change of trust": (f"INSERT INTO trust_changes VALUES ({PLACE}, 2, '{{}}')",),
    "put a policy": (f"INSERT INTO policies VALUES ({PLACE}, 2, '{{}}')",),
    "replace the policy": (
        "DROP TRIGGER policies_never_change",
        "UPDATE policies SET body = '{}'",
    ),
    "drop the policy": ("DROP TRIGGER policies_never_vanish", "DELETE FROM policies"),
    "add to the record": (f"INSERT INTO audit VALUES ({PLACE}, 9, 'k', 's', 'd', '{{}}')",),
    "replace a row": (
        "INSERT OR REPLACE INTO policies SELECT account, region, seq, '' FROM policies",
    ),
    "create a table": ("CREATE TABLE mallory (x)",),
    "drop a table": ("DROP TABLE decisions",),
    "alter a table": ("ALTER TABLE decisions ADD COLUMN x",),
    "create an index": ("CREATE INDEX mallory ON decisions (body)",),
    "create a view": ("CREATE VIEW mallory AS SELECT 1",),
    "drop a trigger": ("DROP TRIGGER decisions_never_change",),
    "create a trigger": (
        "CREATE TRIGGER mallory AFTER INSERT ON decisions BEGIN DELETE FROM policies; END",
    ),
    "rewrite the schema": (
        "PRAGMA writable_schema = ON",
        "DELETE FROM sqlite_master WHERE type = 'trigger'",
    ),
    "move the version": ("PRAGMA user_version = 9",),
}
"""Attacks that SQL alone can carry."""


def attach(connection: sqlite3.Connection, folder: Path) -> None:
    with suppress(sqlite3.Error):
        connection.execute("ATTACH ? AS other", (str(folder / "attached.db"),))
        connection.execute("CREATE TABLE other.mallory (x)")


def attach_itself(connection: sqlite3.Connection, folder: Path) -> None:
    with suppress(sqlite3.Error):
        connection.execute("ATTACH ? AS again", (str(folder / "store.db"),))
        connection.execute(f"INSERT INTO again.policies VALUES ({PLACE}, 2, '')")


def vacuum_into(connection: sqlite3.Connection, folder: Path) -> None:
    with suppress(sqlite3.Error):
        connection.execute("VACUUM INTO ?", (str(folder / "copy.db"),))


def write_a_blob(connection: sqlite3.Connection, folder: Path) -> None:
    with suppress(sqlite3.Error), connection.blobopen("decisions", "body", 1) as blob:
        blob[0] = ord("[")


def restore_a_backup(connection: sqlite3.Connection, folder: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as forged, suppress(sqlite3.Error):
        forged.execute("CREATE TABLE decisions (mallory)")
        forged.backup(connection)


CALLS: dict[str, Callable[[sqlite3.Connection, Path], None]] = {
    "attach another file": attach,
    "attach the store again": attach_itself,
    "vacuum into a file": vacuum_into,
    "write a blob": write_a_blob,
    "restore a backup": restore_a_backup,
}
"""Attacks that need more than a text, on a connection and the folder of the store."""


@pytest.mark.parametrize("attack", STATEMENTS)
def test_without_the_defence_the_statement_changes_the_store(home: LocalHome, attack: str) -> None:
    before, version = look(home.folder), version_of(home)

    with closing(open_file(home.store_path, "rw")) as connection:
        run_all(connection, STATEMENTS[attack])

    assert (look(home.folder), version_of(home)) != (before, version)


@pytest.mark.parametrize("attack", STATEMENTS)
def test_an_agents_connection_refuses_the_statement(home: LocalHome, attack: str) -> None:
    before, version = look(home.folder), version_of(home)

    with closing(open_reader(home.store_path)) as connection:
        run_all(connection, STATEMENTS[attack])

    assert (look(home.folder), version_of(home)) == (before, version)


@pytest.mark.parametrize("attack", STATEMENTS)
def test_the_authorizer_alone_refuses_the_statement(home: LocalHome, attack: str) -> None:
    before, version = look(home.folder), version_of(home)

    with closing(open_file(home.store_path, "rw")) as connection:
        connection.set_authorizer(may_read)
        run_all(connection, STATEMENTS[attack])

    assert (look(home.folder), version_of(home)) == (before, version)


@pytest.mark.parametrize("attack", CALLS)
def test_without_the_defence_the_call_changes_the_folder(home: LocalHome, attack: str) -> None:
    before = look(home.folder)

    with closing(open_file(home.store_path, "rw")) as connection:
        CALLS[attack](connection, home.folder)

    assert look(home.folder) != before


@pytest.mark.parametrize("attack", CALLS)
def test_an_agents_connection_refuses_the_call(home: LocalHome, attack: str) -> None:
    before = look(home.folder)

    with closing(open_reader(home.store_path)) as connection:
        CALLS[attack](connection, home.folder)

    assert look(home.folder) == before


@pytest.mark.parametrize("attack", [attach, attach_itself, vacuum_into])
def test_without_its_authorizer_a_connection_still_opens_no_second_file(
    home: LocalHome, attack: Callable[[sqlite3.Connection, Path], None]
) -> None:
    before = look(home.folder)

    with closing(open_reader(home.store_path)) as connection:
        connection.set_authorizer(None)
        attack(connection, home.folder)

    assert look(home.folder) == before


def save_a_session(store: StoreReader) -> None:
    LocalSessions(store).save(a_session())


def put_a_pipeline(store: StoreReader) -> None:
    LocalPipelines(store).put(a_pipeline())


def record_a_decision(store: StoreReader) -> None:
    signed = a_signed_decision(approver="mallory")
    LocalDecisions(store).append(signed)  # type: ignore[arg-type] # that is the attack


def make_a_key(store: StoreReader) -> None:
    keys = LocalKeys(store, light_signers(store.path.parent / "keys"))  # type: ignore[arg-type] # the same
    keys.create("mallory", PASSPHRASE, False, NOW)


@pytest.mark.parametrize("act", [save_a_session, put_a_pipeline, record_a_decision])
def test_an_adapter_writes_through_a_writer_and_not_through_an_agents_reader(
    home: LocalHome, act: Callable[[StoreReader], None]
) -> None:
    act(home.writer)
    before = look(home.folder)

    with pytest.raises(NotAuthorised, match="may not"):
        act(home.another(region="eu-west-1").reader)
    assert look(home.folder) == before


def test_a_first_key_is_made_through_a_writer_and_not_through_an_agents_reader(
    tmp_path: Path,
) -> None:
    guarded, open_home = LocalHome(tmp_path / "guarded"), LocalHome(tmp_path / "open")

    make_a_key(open_home.writer)
    with pytest.raises(NotAuthorised):
        make_a_key(guarded.reader)

    assert open_home.keys.trusted()
    assert not guarded.keys.trusted()
    assert not list((guarded.folder / "keys").glob("*"))


def version_of(home: LocalHome) -> int:
    """The `user_version`, which no dump shows."""
    with closing(open_file(home.store_path, "ro")) as connection:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
