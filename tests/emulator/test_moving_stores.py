"""A store moves between files and DynamoDB, there and back, with nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.adapters.aws.control.store.audit import DynamoAudit
from bunsui_core.adapters.aws.control.store.records import DynamoRecords
from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.remembered import DynamoHeartbeat
from bunsui_core.adapters.local.control.records import LocalRecords
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.app.move import Made, copy, held
from bunsui_core.domain.answer import FieldValue, SessionFilter
from bunsui_core.domain.approval import EffectState
from bunsui_core.domain.errors import Refused, StoreDamaged
from bunsui_core.domain.moving import KeptSession, Kind, line_of
from bunsui_core.domain.plan import Place
from bunsui_core.ports.control import Claim
from bunsui_core.ports.store import Archived
from tests.builders import (
    ACCOUNT,
    NOW,
    REGION,
    REQUEST_ID,
    SESSION_ID,
    a_request,
    a_session,
    execution,
    later,
)
from tests.dynamo_home import DynamoHome, clients_of, made
from tests.emulator.embedded import Embedded
from tests.local_home import PASSPHRASE, LocalHome
from tests.stocked import DIGEST, remembered, stock

MADE = Made(Place(environment="shop", account=ACCOUNT, region=REGION), NOW, "0.6")


class Sides:
    """A full store in files, an empty table, and empty files."""

    def __init__(self, folder: Path, table: DynamoHome) -> None:
        self.home, self.back, self.table = LocalHome(folder / "a"), LocalHome(folder / "b"), table
        stock(self.home)
        self.files = LocalRecords(self.home.writer, self.home.inbox_path)
        self.other_files = LocalRecords(self.back.writer, self.back.inbox_path)
        self.blobs = FileBlobs(folder / "a" / "blobs")
        self.other_blobs = FileBlobs(folder / "b" / "blobs")
        kept = remembered(self.home).archive
        sha256 = self.blobs.put(b"kept")
        (entry,) = kept.older(later(days=9), 9)
        kept.drop(entry)
        kept.put(Archived(execution_arn=execution("load"), redrive_count=1, sha256=sha256, at=NOW))
        self.items = DynamoRecords(Bodies(table.table, table.blobs), table.asked)

    def into_table(self) -> str:
        """Copy the files into the table; the digest of what was copied."""
        return copy(self.files, self.blobs, (self.items, self.table.blobs), MADE).digest

    def out_of_table(self) -> str:
        """Copy the table into the other files."""
        return copy(self.items, self.table.blobs, (self.other_files, self.other_blobs), MADE).digest


@pytest.fixture
def sides(tmp_path: Path, account: Embedded) -> Sides:
    clients, name = clients_of(account.server.url, account.account), f"moving-{account.account}"
    return Sides(tmp_path, made(clients, name, tmp_path / "table"))


def test_there_and_back_nothing_is_lost(sides: Sides) -> None:
    there = sides.into_table()
    back = sides.out_of_table()

    assert there == back
    for kind in Kind:
        ours, theirs = sides.files.read(kind), sides.other_files.read(kind)
        assert sorted(theirs) == sorted(ours), kind
    assert sides.items.counts() == sides.files.counts()
    assert list(sides.items.read(Kind.AUDIT)) == list(sides.files.read(Kind.AUDIT))


def test_what_came_into_the_table_works_as_before(sides: Sides) -> None:
    sides.into_table()
    table, sessions = sides.table, sides.table.sessions

    assert sessions.get(SESSION_ID) == remembered(sides.home).sessions.get(SESSION_ID)
    assert sessions.save(sessions.get(SESSION_ID)).version == 5
    for wanted in (
        SessionFilter(error="nosuchkey"),
        SessionFilter(inputs=(FieldValue(path="source", value="*orders*"),)),
    ):
        assert sessions.window(wanted, 0, 9).total == 1
    assert sessions.page(SessionFilter(), 9, "").totals.failed == 1
    assert table.requests.get(REQUEST_ID) == remembered(sides.home).requests.get(REQUEST_ID)
    assert DynamoAudit(table.table).head() == sides.home.audit.head()
    assert table.keys.trusted() == sides.home.keys.trusted()
    assert table.effects.expired(later(hours=1)) == (REQUEST_ID,)
    lost = Claim(request_id=REQUEST_ID, executor="w", now=NOW, lease_until=later(minutes=1))
    table.effects.finish(lost, EffectState.DONE, "")
    assert table.effects.expired(later(hours=1)) == ()


@pytest.mark.slow
def test_nobody_can_begin_the_trust_list_of_a_table_that_has_one(sides: Sides) -> None:
    sides.into_table()

    with pytest.raises(Refused):
        sides.table.keys.create("mallory", PASSPHRASE, False, NOW)


@pytest.mark.slow
def test_what_was_in_the_table_is_replaced_whole(sides: Sides) -> None:
    sides.table.sessions.save(a_session(id="s-other", pipeline=a_session().pipeline))
    sides.table.requests.submit(a_request("x", request_id="r-other"))

    sides.into_table()

    assert sides.table.sessions.page(SessionFilter(), 9, "").total == 1
    assert held(sides.items.counts()) == held(sides.files.counts())
    assert [one.id for one in sides.table.requests.newest(9)] == [REQUEST_ID]


@pytest.mark.slow
def test_another_account_in_the_same_table_is_left_alone(sides: Sides) -> None:
    theirs = sides.table.another(account="111111111111").sessions
    theirs.save(a_session(id="s-theirs"))

    sides.into_table()

    assert theirs.get("s-theirs").id == "s-theirs"
    assert sides.items.counts()[Kind.SESSIONS] == 1


def test_an_import_that_died_is_said_in_every_list_until_it_is_run_again(sides: Sides) -> None:
    half = [line_of(KeptSession(session=a_session()))] * 2

    with pytest.raises(StoreDamaged), sides.items.filling(DIGEST):
        sides.items.write(Kind.SESSIONS, half)

    assert sides.items.unfinished() == DIGEST
    beat = DynamoHeartbeat(sides.table.table).last()
    assert beat
    assert beat.blind
    assert beat.blind.since is None
    assert "import" in beat.blind.why

    sides.into_table()

    assert sides.items.unfinished() == ""
    assert DynamoHeartbeat(sides.table.table).last() is None
    assert sides.table.sessions.page(SessionFilter(), 9, "").total == 1


@pytest.mark.slow
def test_an_id_under_which_two_askers_wrote_is_not_moved(sides: Sides) -> None:
    sides.into_table()
    forged = a_request("mine", requester="agent:other", request_id=REQUEST_ID)
    requests = sides.table.requests
    sides.table.table.put(requests._item(forged))

    sides.out_of_table()

    assert sides.other_files.counts()[Kind.REQUESTS] == 0
    assert sides.other_files.counts()[Kind.SESSIONS] == 1
