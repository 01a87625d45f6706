"""`Records`: everything that a store holds, to export and to fill."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.records import LocalRecords
from bunsui_core.app.move import held
from bunsui_core.domain.answer import FieldValue, SessionFilter
from bunsui_core.domain.errors import StoreDamaged, Unavailable
from bunsui_core.domain.moving import KeptSession, Kind, line_of, lot_of
from bunsui_core.ports.moving import Records
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import store
from tests.builders import (
    ACCOUNT,
    NOW,
    REGION,
    REQUEST_ID,
    SESSION_ID,
    a_diagnosis,
    a_session,
)
from tests.local_home import LocalHome
from tests.stocked import DIGEST, remembered, stock

EVERYTHING = SessionFilter()
NO_PIPELINE = (Kind.PIPELINES, [line_of(a_diagnosis())])


class Stocked:
    """A store that holds something of every kind, and an empty one."""

    def __init__(self, folder: Path) -> None:
        self.home, self.empty = LocalHome(folder / "full"), LocalHome(folder / "empty")
        self.records: Records = LocalRecords(self.home.writer, self.home.inbox_path)
        self.target: Records = LocalRecords(self.empty.writer, self.empty.inbox_path)
        stock(self.home)

    def move(self) -> None:
        """Fill the target with all there is."""
        self.fill(*((kind, self.records.read(kind)) for kind in Kind))

    def fill(self, *parts: tuple[Kind, Iterable[str]]) -> None:
        """Fill the target with lines."""
        with self.target.filling(DIGEST):
            for kind, lines in parts:
                self.target.write(kind, lines)


@pytest.fixture
def stocked(tmp_path: Path) -> Stocked:
    return Stocked(tmp_path)


def test_every_kind_is_counted(stocked: Stocked) -> None:
    found = stocked.records.counts()

    assert {kind: found[kind] for kind in Kind if found[kind] != 1} == {Kind.AUDIT: 2}
    assert held(stocked.target.counts()) == 0


def test_every_kind_comes_over_with_nothing_lost(stocked: Stocked) -> None:
    stocked.move()

    for kind in Kind:
        assert list(stocked.target.read(kind)) == list(stocked.records.read(kind)), kind
    assert stocked.target.unfinished() == ""


def test_what_came_over_works_as_before(stocked: Stocked) -> None:
    stocked.move()
    ours, theirs = remembered(stocked.home), remembered(stocked.empty)

    assert theirs.sessions.get(SESSION_ID) == ours.sessions.get(SESSION_ID)
    assert theirs.sessions.save(theirs.sessions.get(SESSION_ID)).version == 5
    for wanted in (
        SessionFilter(error="nosuchkey"),
        SessionFilter(inputs=(FieldValue(path="source", value="*orders*"),)),
    ):
        assert theirs.sessions.window(wanted, 0, 9).total == 1
    assert theirs.requests.get(REQUEST_ID) == ours.requests.get(REQUEST_ID)
    assert theirs.requests.effect(REQUEST_ID) == ours.requests.effect(REQUEST_ID)
    assert stocked.empty.audit.head() == stocked.home.audit.head()
    assert stocked.empty.keys.trusted() == stocked.home.keys.trusted()


def test_filling_takes_the_place_of_all_that_was_there(stocked: Stocked) -> None:
    kept = remembered(stocked.empty)
    kept.sessions.save(a_session(id="s-other"))
    stocked.empty.audit.append("requested", "r-9", "x", DIGEST, NOW)

    stocked.move()

    assert held(stocked.target.counts()) == held(stocked.records.counts())
    assert kept.sessions.window(SessionFilter(), 0, 9).total == 1


def test_a_filling_that_fails_leaves_everything_as_it_was(stocked: Stocked) -> None:
    remembered(stocked.empty).sessions.save(a_session(id="s-other"))

    with pytest.raises(StoreDamaged):
        stocked.fill((Kind.SESSIONS, [line_of(KeptSession(session=a_session()))]), NO_PIPELINE)

    assert stocked.target.unfinished() == ""
    assert [
        line.session_id
        for line in remembered(stocked.empty).sessions.window(EVERYTHING, 0, 9).items
    ]
    assert held(stocked.target.counts()) == 1


def test_decisions_and_the_record_still_never_change_after_a_filling(stocked: Stocked) -> None:
    stocked.move()

    for table in ("decisions", "audit"):
        with pytest.raises(Exception, match="appended"), stocked.empty.writer.writing() as direct:
            direct.execute(f"DELETE FROM {table}")


def test_two_records_of_one_key_are_refused(stocked: Stocked) -> None:
    twice = [*stocked.records.read(Kind.SESSIONS)] * 2

    with pytest.raises(StoreDamaged, match="same key"):
        stocked.fill((Kind.SESSIONS, twice))


def test_a_line_of_another_kind_is_refused(stocked: Stocked) -> None:
    with pytest.raises(StoreDamaged, match="pipelines"):
        stocked.fill(NO_PIPELINE)


def test_a_snapshot_does_not_see_what_is_written_meanwhile(stocked: Stocked) -> None:
    with stocked.records.snapshot():
        before = lot_of(stocked.records.read(Kind.SESSIONS))
        remembered(stocked.home.another()).sessions.save(a_session(id="s-new"))
        assert lot_of(stocked.records.read(Kind.SESSIONS)) == before

    assert stocked.records.counts()[Kind.SESSIONS] == 2


def test_only_its_own_account_and_region_is_read_and_emptied(stocked: Stocked) -> None:
    other = stocked.empty.another(account="111111111111")
    of_other = store(Settings(home=other.folder, account="111111111111"), other.writer)
    of_other.sessions.save(a_session(id="s-theirs"))

    stocked.move()

    assert of_other.sessions.get("s-theirs").id == "s-theirs"
    assert stocked.empty.writer.place == (ACCOUNT, REGION)


def test_a_filling_that_died_between_both_files_is_never_taken_for_whole(
    stocked: Stocked,
) -> None:
    with stocked.empty.writer.writing() as direct:
        direct.execute("CREATE TABLE importing (digest TEXT NOT NULL)")
        direct.execute("INSERT INTO importing VALUES (?)", (DIGEST,))
        direct.execute(f"PRAGMA user_version = {2**31 - 1}")

    assert stocked.target.unfinished() == DIGEST
    for act in (remembered(stocked.empty).sessions.open_ids, stocked.target.counts):
        with pytest.raises(Unavailable, match="import"):
            act()

    stocked.move()

    assert stocked.target.unfinished() == ""
    assert remembered(stocked.empty).sessions.get(SESSION_ID).id == SESSION_ID
