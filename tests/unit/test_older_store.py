"""A store of the first version goes on with all it knew, and the worker makes it searchable."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.adapters.local.watching import LocalSightings
from bunsui_core.app.archive import Shelf
from bunsui_core.domain.answer import FieldValue, SessionFilter, Totals
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.fingerprint import fingerprint
from bunsui_core.domain.session import SessionOrigin
from bunsui_core.ports.store import Store
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import reader, store
from bunsui_core.worker import Worker
from tests.builders import SESSION_ID, a_diagnosis, a_pipeline, later
from tests.fakes import Clock
from tests.local_home import LocalHome
from tests.unit.desk_kit import Bench

STORE_1 = Path(__file__).parents[1] / "golden" / "store-1.sql"
"""A store as the first version of bunsui left it, with two sessions and a diagnosis."""

BILLS = "s-20260303-bills"
SOUGHT = SessionFilter(inputs=(FieldValue(path="order_id", value="42"),))


@pytest.fixture
def older(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "older")
    settings.home.mkdir()
    settings.store_path.touch(mode=0o600)
    with closing(sqlite3.connect(settings.store_path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(STORE_1.read_text(encoding="utf-8"))
    return settings


def test_an_agent_waits_until_the_worker_brought_it_up_to_date(older: Settings) -> None:
    with pytest.raises(Unavailable, match="bunsui worker"):
        store(older, reader(older)).sessions.open_ids()


def test_the_list_is_whole_before_anything_was_made_known(older: Settings) -> None:
    kept = store(older, writer(older))

    window = kept.sessions.window(SessionFilter(), 0, 10)

    assert [line.session_id for line in window.items] == [SESSION_ID, BILLS]
    assert window.totals == Totals(failed=1, succeeded=1)
    assert kept.sessions.page(SessionFilter(pipeline="bills"), 10, "").total == 1
    assert kept.pipelines.get("orders") == a_pipeline()


def test_bunsui_started_all_its_sessions_and_watched_nothing(older: Settings) -> None:
    kept = store(older, writer(older))

    assert kept.sessions.get(SESSION_ID).origin is SessionOrigin.STARTED
    assert {line.origin for line in kept.sessions.window(SessionFilter(), 0, 10).items} == {
        SessionOrigin.STARTED
    }
    assert kept.watches.machines() == ()
    assert LocalSightings(writer(older)).open() == ()


def test_a_search_says_how_many_sessions_it_does_not_know(older: Settings) -> None:
    kept = store(older, writer(older))

    found = kept.sessions.window(SOUGHT, 0, 10)

    assert (found.total, found.unsearched) == (0, 2)


def test_what_was_made_known_is_found(older: Settings) -> None:
    kept = store(older, writer(older))

    while kept.index.fill(1):
        continue

    found = kept.sessions.window(SOUGHT, 0, 10)
    assert [line.session_id for line in found.items] == [BILLS]
    assert found.unsearched == 0
    assert kept.sessions.page(SessionFilter(error="nosuchkey"), 10, "").total == 1
    assert kept.diagnoses.similar(fingerprint(a_diagnosis()), 10) == (a_diagnosis(),)


def test_little_is_made_known_at_a_time(older: Settings) -> None:
    kept = store(older, writer(older))

    assert [kept.index.fill(1) for _ in range(4)] == [2, 1, 0, 0]


def test_a_session_that_changes_is_known_without_waiting(older: Settings) -> None:
    kept = store(older, writer(older))

    kept.sessions.save(kept.sessions.get(BILLS))

    assert kept.sessions.window(SOUGHT, 0, 10).total == 1
    assert kept.sessions.window(SessionFilter(), 0, 10).total == 2


def test_a_round_of_the_worker_makes_it_known(bench: Bench, older: Settings) -> None:
    kept = store(older, writer(older))

    assert worker_over(bench, kept).tick() is False

    assert kept.sessions.window(SOUGHT, 0, 10).total == 1


def test_what_cannot_be_read_keeps_nothing_else_from_being_known(older: Settings) -> None:
    connection = writer(older)
    with connection.writing() as direct:
        direct.execute("UPDATE sessions SET body = '{}' WHERE id = ?", (SESSION_ID,))
        direct.execute("UPDATE diagnoses SET body = '{}'")
    kept = store(older, connection)

    left = [kept.index.fill(1) for _ in range(4)]

    assert left == [2, 1, 0, 0]
    found = kept.sessions.window(SOUGHT, 0, 10)
    assert (found.total, found.unsearched) == (1, 1)


def test_a_store_is_brought_up_to_date_once(older: Settings) -> None:
    for _ in range(2):
        create(older.store_path, older.inbox_path)

    assert store(older, reader(older)).sessions.get(SESSION_ID).version == 1
    with closing(sqlite3.connect(older.store_path)) as connection:
        ours = schema_of(connection)
    with closing(sqlite3.connect(LocalHome(older.home / "new").store_path)) as connection:
        assert ours == schema_of(connection)


def worker_over(bench: Bench, kept: Store) -> Worker:
    """A worker of that store in a world that stands still."""
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    return Worker(replace(bench.hands(), store=kept), shelf, "worker-1", Clock(later(minutes=5)))


def schema_of(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """The kind and name of everything in a database, and the columns of its tables."""
    found = set(connection.execute("SELECT type, name FROM sqlite_master").fetchall())
    tables = [name for kind, name in found if kind == "table"]
    columns = {
        (name, column)
        for name in tables
        for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")
    }
    return found | columns
