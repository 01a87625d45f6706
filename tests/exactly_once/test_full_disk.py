"""A disk that is full at any moment loses nothing that is recorded and repeats nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bunsui_core.domain.errors import Unavailable
from tests.builders import a_request, a_session, a_signed_decision
from tests.exactly_once.cases import Case, calls_of, judged
from tests.exactly_once.ground import Ground
from tests.exactly_once.play import Tap, play
from tests.exactly_once.scripts import Script
from tests.local_home import LocalHome

AMPLE = 2**30


class Disk:
    """The disk of a store in files: its connection in this thread may take no page more."""

    def __init__(self, home: LocalHome) -> None:
        self._home = home
        with home.writer.writing() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS filler (body BLOB)")

    def fill(self) -> None:
        """Leave no room for a row of any size."""
        with self._home.writer.reading() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
        self._most(pages)
        for size in (3000, 300, 30):
            while self._takes(size):
                pass

    def free(self) -> None:
        """Make room again."""
        self._most(AMPLE)
        with self._home.writer.writing() as connection:
            connection.execute("DELETE FROM filler")

    def _takes(self, size: int) -> bool:
        try:
            with self._home.writer.writing() as connection:
                connection.execute("INSERT INTO filler VALUES (zeroblob(?))", (size,))
        except Unavailable:
            return False
        return True

    def _most(self, pages: int) -> None:
        with self._home.writer.reading() as connection:
            connection.execute(f"PRAGMA max_page_count = {pages}")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ground, Disk]:
    """A store of its own, and its disk."""
    folder = tmp_path_factory.mktemp("small")
    home = LocalHome(folder / "home")
    return Ground(home, folder), Disk(home)


@contextmanager
def full(disk: Disk) -> Iterator[None]:
    """The disk is full meanwhile."""
    disk.fill()
    try:
        yield
    finally:
        disk.free()


@pytest.mark.parametrize("kind", ["redrive", "restart", "pause"])
def test_a_disk_that_is_full_from_any_call_on_loses_and_repeats_nothing(
    small: tuple[Ground, Disk], scripts: dict[str, Script], kind: str
) -> None:
    ground, disk = small
    refused: list[str] = []
    for at in range(1, len(calls_of(ground, scripts[kind])) + 1):
        for is_after in (False, True):
            made = play(ground, scripts[kind])
            tap = Tap(made, at, is_after, lambda _: disk.fill())
            try:
                made.execute(tap)
            except Unavailable as error:
                refused.append(error.message)
            finally:
                disk.free()
            made.recover()

            case = Case(kind, "full disk", lambda _: None, at, is_after, False)
            assert [*judged(made, case, tap.moment)] == []
            assert made.ours == 1
    assert refused  # what fits into a page that is there goes on
    assert all("full" in one for one in refused)


def test_a_decision_that_finds_no_room_is_not_recorded_and_can_be_made_again(
    tmp_path: Path,
) -> None:
    home = LocalHome(tmp_path / "home")
    disk, request = Disk(home), a_request()
    signed = a_signed_decision(request)
    head = home.audit.head()
    with full(disk), pytest.raises(Unavailable, match="full"):
        home.decisions.append(signed.model_copy(update={"shown": "x" * 20_000}))

    assert home.requests.decisions(request.id) == ()
    home.decisions.append(signed)
    assert home.requests.decisions(request.id) == (signed,)
    assert home.audit.head() == head


def test_a_session_is_not_half_stored_on_a_full_disk(tmp_path: Path) -> None:
    home = LocalHome(tmp_path / "home")
    disk, before = Disk(home), home.sessions.save(a_session())
    with full(disk), pytest.raises(Unavailable, match="full"):
        home.sessions.save(before.model_copy(update={"input": f'"{"x" * 20_000}"'}))

    assert home.sessions.get(before.id) == before
    with sqlite3.connect(home.store_path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
