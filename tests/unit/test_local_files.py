"""The two files of a home: who may read them, and what is said when they cannot be used."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bunsui_core.adapters.local.connect import INBOX_VERSION, STORE_VERSION, SqliteFile, open_file
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.sessions import LocalSessions
from bunsui_core.adapters.local.store import LocalHeartbeat
from bunsui_core.domain.errors import (
    BunsuiError,
    NotAuthorised,
    StoreDamaged,
    StoreNewer,
    Unavailable,
)
from tests.builders import NOW, REQUEST_ID, SESSION_ID, a_request, a_session
from tests.local_home import LocalHome
from tests.race import together

READS: dict[str, Callable[[LocalHome], object]] = {
    "the store, by a reader": lambda home: LocalSessions(home.reader).open_ids(),
    "the store, by a writer": lambda home: LocalSessions(home.writer).open_ids(),
    "the store, for a request": lambda home: home.requests.decisions(REQUEST_ID),
    "the inbox": lambda home: home.requests.newest(10),
}


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    return LocalHome(tmp_path / "home")


@pytest.fixture(params=list(READS.values()), ids=list(READS))
def read(request: pytest.FixtureRequest) -> Callable[[LocalHome], object]:
    made: Callable[[LocalHome], object] = request.param
    return made


def paths(home: LocalHome) -> tuple[Path, Path]:
    """Both files."""
    return home.store_path, home.inbox_path


def overwrite(home: LocalHome, content: bytes) -> None:
    """Put other bytes in the place of both files."""
    for path in paths(home):
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        path.write_bytes(content)


def set_version(home: LocalHome, version: int) -> None:
    """Let both files be of another version."""
    for path in paths(home):
        set_version_of(path, version)


def set_version_of(path: Path, version: int) -> None:
    """Let one file be of another version."""
    with closing(open_file(path, "rw")) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


def test_everything_in_a_home_is_readable_by_this_user_only(home: LocalHome) -> None:
    LocalHeartbeat(home.writer).beat(NOW)
    home.requests.submit(a_request())

    files = [path for path in home.folder.iterdir() if path.is_file()]

    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700
    assert {path.name for path in files} >= {"store.db", "store.db-wal", "inbox.db"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_making_a_home_again_keeps_what_is_there(home: LocalHome) -> None:
    saved = LocalSessions(home.writer).save(a_session())

    create(*paths(home))

    assert LocalSessions(home.reader).get(SESSION_ID) == saved


def test_actors_that_make_a_home_at_once_make_one(tmp_path: Path) -> None:
    for number in range(5):
        home = tmp_path / f"home-{number}"
        make = partial(create, home / "store.db", home / "inbox.db")

        answers = together(make, make, make, make)

        assert answers == [None] * 4
        assert {path.name for path in home.iterdir()} == {"store.db", "inbox.db"}
        assert LocalHome(home).requests.newest(10) == ()


def test_a_home_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file is in the way")

    with pytest.raises(Unavailable, match="Check the disk"):
        create(tmp_path / "home" / "store.db", tmp_path / "home" / "inbox.db")


def test_without_files_it_is_said_how_to_make_them(
    home: LocalHome, read: Callable[[LocalHome], object]
) -> None:
    for path in paths(home):
        path.unlink()

    with pytest.raises(Unavailable, match=r"no store yet.*bunsui demo.*bunsui worker"):
        read(home)
    assert not any(path.exists() for path in paths(home))


def test_an_empty_file_is_no_store_yet(
    home: LocalHome, read: Callable[[LocalHome], object]
) -> None:
    overwrite(home, b"")

    with pytest.raises(Unavailable, match="no store yet"):
        read(home)


@pytest.mark.parametrize("content", [b"not a database" * 500, b"x"])
def test_a_damaged_file_is_said_to_be_damaged_and_what_to_do(
    home: LocalHome, read: Callable[[LocalHome], object], content: bytes
) -> None:
    overwrite(home, content)

    with pytest.raises(StoreDamaged, match=r"is damaged.*Move it away"):
        read(home)


@pytest.mark.parametrize("rest", [b"", b"\xaa" * 50_000], ids=["cut off", "overwritten"])
def test_pages_that_are_gone_are_damage(home: LocalHome, rest: bytes) -> None:
    for number in range(50):
        LocalSessions(home.writer).save(a_session(id=f"s-{number}", status="RUNNING"))
    with closing(open_file(home.store_path, "rw")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    overwrite(home, home.store_path.read_bytes()[:8192] + rest)

    with pytest.raises(StoreDamaged):
        LocalSessions(home.reader).open_ids()


def test_a_document_that_does_not_read_as_its_value_is_damage(home: LocalHome) -> None:
    LocalSessions(home.writer).save(a_session())
    with home.writer.writing() as connection:
        connection.execute("UPDATE sessions SET body = '{}'")

    with pytest.raises(StoreDamaged, match="Session"):
        LocalSessions(home.reader).get(SESSION_ID)


def test_a_database_of_something_else_is_not_made_a_store(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE photos (x)")

    with pytest.raises(StoreDamaged, match="something else"):
        create(path, tmp_path / "inbox.db")


@pytest.mark.parametrize("content", [b"not a database" * 500, b"x"])
def test_a_damaged_file_is_not_made_a_store_either(home: LocalHome, content: bytes) -> None:
    overwrite(home, content)

    with pytest.raises(StoreDamaged):
        create(*paths(home))
    assert home.store_path.read_bytes() == content


def test_a_newer_file_is_left_to_a_newer_bunsui(
    home: LocalHome, read: Callable[[LocalHome], object]
) -> None:
    set_version(home, 9)

    with pytest.raises(StoreNewer, match="Upgrade"):
        read(home)
    with pytest.raises(StoreNewer):
        create(*paths(home))


def test_an_older_file_waits_for_the_worker(
    home: LocalHome, read: Callable[[LocalHome], object]
) -> None:
    set_version(home, -1)

    with pytest.raises(Unavailable, match=r"older.*bunsui worker"):
        read(home)


def test_a_version_that_moves_is_seen_by_a_connection_that_is_open(
    home: LocalHome, read: Callable[[LocalHome], object]
) -> None:
    read(home)
    set_version(home, 9)
    with pytest.raises(StoreNewer):
        read(home)

    for path, version in zip(paths(home), (STORE_VERSION, INBOX_VERSION), strict=True):
        set_version_of(path, version)

    read(home)


def test_a_store_made_anew_under_the_same_name_is_the_one_that_is_read(home: LocalHome) -> None:
    LocalSessions(home.writer).save(a_session())
    sessions = LocalSessions(home.reader)
    assert sessions.get(SESSION_ID).version == 1

    overwrite(home, b"")
    create(*paths(home))

    new = LocalSessions(home.another().writer).save(a_session(id="s-new", status="RUNNING"))
    assert sessions.open_ids() == (new.id,)
    assert LocalSessions(home.writer).open_ids() == (new.id,)


def test_a_reader_sees_what_a_writer_just_wrote(home: LocalHome) -> None:
    sessions = LocalSessions(home.reader)
    assert sessions.open_ids() == ()

    LocalSessions(home.writer).save(a_session(status="RUNNING"))

    assert sessions.open_ids() == (SESSION_ID,)


def test_each_thread_has_a_connection_of_its_own(home: LocalHome) -> None:
    opened: list[sqlite3.Connection] = []

    def connect(path: Path) -> sqlite3.Connection:
        opened.append(open_file(path, "ro"))
        return opened[-1]

    file = SqliteFile(home.store_path, STORE_VERSION, connect)

    def read_twice() -> None:
        for _ in range(2):
            with file.reading():
                pass

    threads = [threading.Thread(target=read_twice) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(opened) == 3


def test_a_failed_write_leaves_nothing_behind(home: LocalHome) -> None:
    def die_half_way() -> None:
        with home.writer.writing() as connection:
            connection.execute("INSERT INTO heartbeats VALUES ('a', 'b', 'c', '')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        die_half_way()

    with home.writer.reading() as connection:
        assert connection.execute("SELECT count(*) FROM heartbeats").fetchone() == (0,)


@pytest.mark.parametrize("mode", ["BEGIN", "BEGIN IMMEDIATE"])
def test_a_reader_that_tries_to_write_is_told_who_decides(home: LocalHome, mode: str) -> None:
    act = home.reader.reading if mode == "BEGIN" else home.reader.writing

    with pytest.raises(NotAuthorised, match="by a human"), act() as connection:
        connection.execute("DELETE FROM sessions")


def test_a_file_that_another_process_holds_is_busy(home: LocalHome) -> None:
    def impatient(path: Path) -> sqlite3.Connection:
        connection = open_file(path, "rw")
        connection.execute("PRAGMA busy_timeout = 1")
        return connection

    file = SqliteFile(home.store_path, 1, impatient)
    with home.writer.writing(), pytest.raises(Unavailable, match="busy"), file.writing():
        pytest.fail("two writers at once")


def test_a_folder_in_the_place_of_a_file_cannot_be_used(home: LocalHome) -> None:
    overwrite(home, b"")
    home.store_path.unlink()
    home.store_path.mkdir()

    with pytest.raises(BunsuiError, match="Check the disk"):
        LocalSessions(home.reader).open_ids()
