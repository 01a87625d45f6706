"""What only a table has: counts, an index that is not believed, long values, its own refusals."""

from __future__ import annotations

from functools import partial

import pytest

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.control.store.schema import create_store
from bunsui_core.adapters.aws.control.store.seat import LEASE, DynamoSeat
from bunsui_core.adapters.aws.store import listing, searching
from bunsui_core.adapters.aws.store.bodies import INLINE
from bunsui_core.adapters.aws.store.items import Item, joined
from bunsui_core.adapters.aws.store.lines import session_key
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import Conflict, Refused, StoreDamaged, Unavailable
from bunsui_core.domain.group import GroupBy
from bunsui_core.domain.session import Session, SessionStatus
from tests.builders import NOW, REGION, REQUEST_ID, a_request, a_session, later
from tests.dynamo_home import DynamoHome
from tests.race import together

EVERYTHING = SessionFilter()


def test_a_store_that_is_there_is_not_made_anew(table: DynamoHome) -> None:
    saved = table.sessions.save(a_session())

    create_store(table.clients, table.name, table.name, REGION)

    assert table.sessions.get(saved.id) == saved


def test_a_table_that_was_never_made_is_said_so(clients: Clients, table: DynamoHome) -> None:
    nowhere = DynamoHome(clients, "never-made", table.folder)

    with pytest.raises(Unavailable, match="no table never-made"):
        nowhere.sessions.page(EVERYTHING, 1, "")


def test_counts_stay_exact_while_many_sessions_change_at_once(table: DynamoHome) -> None:
    names = [f"s-{number}" for number in range(8)]
    saved = together(*(partial(table.sessions.save, a_session(id=name)) for name in names))
    kept = [one for one in saved if isinstance(one, Session)]
    done = [one.model_copy(update={"status": SessionStatus.SUCCEEDED}) for one in kept[:4]]

    together(*(partial(table.sessions.save, one) for one in done))

    totals = table.sessions.page(EVERYTHING, 10, "").totals
    assert (totals.failed, totals.succeeded, totals.all) == (4, 4, 8)


def test_a_save_that_lost_the_race_counts_nothing(table: DynamoHome) -> None:
    first = table.sessions.save(a_session())
    done = first.model_copy(update={"status": SessionStatus.SUCCEEDED})
    for _ in range(2):
        answers = together(*(partial(table.another().sessions.save, done) for _ in range(4)))
        assert sum(isinstance(one, Conflict) for one in answers) >= 3

    assert table.sessions.page(EVERYTHING, 1, "").totals.all == 1


def test_another_process_counts_a_change_of_what_it_never_read(table: DynamoHome) -> None:
    saved = table.sessions.save(a_session())

    table.another().sessions.save(saved.model_copy(update={"status": SessionStatus.SUCCEEDED}))

    totals = table.sessions.page(EVERYTHING, 1, "").totals
    assert (totals.failed, totals.succeeded) == (0, 1)


def test_a_session_too_long_for_an_item_comes_back_whole(table: DynamoHome) -> None:
    noise = "".join(chr(33 + number * 7919 % 90) for number in range(INLINE * 8))
    long = a_session(input=f'{{"x": "{noise.encode().hex()}"}}')

    saved = table.sessions.save(long)

    assert table.sessions.get(long.id) == saved


def test_a_session_with_more_names_than_an_item_holds_is_not_wholly_searched(
    table: DynamoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "LONGEST", 120)
    table.sessions.save(a_session())

    assert table.sessions.page(SessionFilter(error="xyz"), 1, "").unsearched == 1


def test_what_an_asker_puts_into_an_index_is_no_session_and_no_effect(table: DynamoHome) -> None:
    saved = table.sessions.save(a_session(status="RUNNING"))
    place = table.table.place
    for number, partition in enumerate((joined("SES", *place, "RUNNING"), joined("EXE", *place))):
        planted: Item = {
            "pk": joined("REQ", "agent:claude", *place, f"r-{number}"),
            "sk": "REQUEST",
            "pk1": partition,
            "sk1": joined("2026-01-01", "s-forged"),
            "line": "r-forged",
        }
        table.table.put(planted)

    assert table.sessions.open_ids() == (saved.id,)
    assert table.effects.expired(later(days=900)) == ()


def test_an_id_that_two_askers_took_is_nobodys(table: DynamoHome) -> None:
    mine = table.requests.submit(a_request())
    forged = a_request(requester="agent:mallory")
    table.table.put(table.requests._item(forged))

    with pytest.raises(Conflict, match="agent:mallory"):
        table.requests.get(mine.id)


def test_a_request_under_the_key_of_another_asker_is_none(table: DynamoHome) -> None:
    mine = table.requests.submit(a_request())
    forged: Item = {**table.requests._item(a_request(requester="human:hanako"))}
    forged["pk"] = joined("REQ", "agent:claude", *table.table.place, REQUEST_ID)
    table.table.put(forged)

    assert table.requests.newest(10) == ()
    with pytest.raises(Exception, match="no request"):
        table.requests.get(mine.id)


def test_an_item_that_cannot_be_read_is_named(table: DynamoHome) -> None:
    saved = table.sessions.save(a_session())
    key = session_key(table.table, saved.id), "META"
    table.table.update(key, "SET #body = :b", b=b"no zlib")

    with pytest.raises(StoreDamaged, match=table.name):
        table.sessions.get(saved.id)


def test_what_would_have_to_be_read_whole_is_refused_with_a_way_out(
    table: DynamoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        table.sessions.save(a_session(id=f"s-{number}", created_at=later(seconds=number)))
    monkeypatch.setattr(searching, "MOST_SEARCHED", 3)
    monkeypatch.setattr(listing, "MOST_READ", 0)

    with pytest.raises(Refused, match="Narrow it"):
        table.sessions.page(SessionFilter(error="nosuchkey"), 1, "")
    with pytest.raises(Refused, match="Narrow it"):
        table.sessions.window(EVERYTHING, 2, 1)
    narrowed = SessionFilter(error="nosuchkey", after=later(seconds=2))
    assert table.sessions.page(narrowed, 5, "").total == 2
    assert table.sessions.page(EVERYTHING, 1, "").total == 4


def test_groups_of_pipelines_are_exact_beyond_what_is_read(
    table: DynamoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        table.sessions.save(a_session(id=f"s-{number}", created_at=later(seconds=number)))
    monkeypatch.setattr("bunsui_core.adapters.aws.store.grouping.MOST", 0)

    found = table.groups.of(EVERYTHING, GroupBy.PIPELINE)

    assert [(one.totals.failed, one.first.session_id) for one in found.groups] == [(3, "s-2")]


def test_the_seat_is_one_process_until_its_lease_runs_out(table: DynamoHome) -> None:
    moments = [NOW]
    first, second = (DynamoSeat(table.table, name, lambda: moments[-1]) for name in ("a", "b"))
    assert first.take()
    assert not second.take()
    assert first.take(), "it is still the same one"

    moments.append(NOW + LEASE)
    assert second.take(), "whoever had it did not come back"
    assert not first.take()
    second.leave()
    assert first.take()


def test_of_many_that_want_the_seat_one_has_it(table: DynamoHome) -> None:
    seats = [DynamoSeat(table.table, f"w-{number}", lambda: NOW) for number in range(6)]

    assert together(*(seat.take for seat in seats)).count(True) == 1
