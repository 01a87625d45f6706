"""Who asks follows from where a request was found: an agent's process names no human."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bunsui_core.adapters.local.connect import open_asker
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import open_writer
from bunsui_core.adapters.local.requests import LocalRequests
from bunsui_core.domain.approval import Request, Withdrawal
from bunsui_core.domain.asker import SOME_AGENT
from bunsui_core.domain.errors import Conflict, NotAuthorised
from bunsui_core.domain.policy import STARTER, Requirement, parse_policy, requirement
from tests.builders import ACCOUNT, NOW, REGION, a_request, later
from tests.local_home import LocalHome

HANAKO = "human:hanako"
STRANGE = ["", "hanako", "human:", HANAKO, "agent:", "agent:a b", "AGENT:claude", "agent:x\u202ey"]


def a_row(request: Request, body: str = "") -> tuple[str, ...]:
    """A row of a table of requests, as any program can write it."""
    text = body or request.model_dump_json()
    return ACCOUNT, REGION, request.id, request.plan.requester, NOW.isoformat(), text


def ask_as_an_agent(home: LocalHome, request: Request) -> None:
    """Write a request over the only connection that an agent's process has for it."""
    with closing(open_asker(home.inbox_path)) as connection:
        connection.execute("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?)", a_row(request))


def ask_as_a_human(home: LocalHome, request: Request) -> None:
    """Write a request where an agent's process cannot write."""
    with closing(open_writer(home.store_path)) as connection:
        connection.execute("INSERT INTO human_requests VALUES (?, ?, ?, ?, ?, ?)", a_row(request))


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    """A home in which nobody asked yet."""
    return LocalHome(tmp_path / "home")


def needed(request: Request) -> Requirement:
    """What the first policy asks for."""
    return requirement(parse_policy(STARTER), request.plan)


def test_where_humans_ask_a_request_that_names_one_is_hers(home: LocalHome) -> None:
    forged = a_request(requester=HANAKO)
    ask_as_a_human(home, forged)

    found = home.requests.get(forged.id)

    assert (found.plan.requester, needed(found)) == (HANAKO, Requirement.SELF)
    assert found.plan_digest == forged.plan_digest


@pytest.mark.parametrize("requester", STRANGE)
def test_where_agents_ask_it_is_some_agents(home: LocalHome, requester: str) -> None:
    forged = a_request(requester=requester)
    ask_as_an_agent(home, forged)

    found, (listed,) = home.requests.get(forged.id), home.requests.newest(10)

    assert (found.plan.requester, needed(found)) == (SOME_AGENT, Requirement.ONE)
    assert found.plan_digest == found.plan.digest != forged.plan_digest
    assert listed == found


def test_an_agent_is_who_it_says_it_is_among_agents(home: LocalHome) -> None:
    asked = a_request(requester="agent:claude-code.2")
    ask_as_an_agent(home, asked)

    assert home.requests.get(asked.id) == asked


def test_a_signature_given_to_what_it_pretended_to_be_does_not_count(home: LocalHome) -> None:
    hanako = home.trust()
    forged = a_request(requester=HANAKO)
    given = home.signed(forged, hanako)
    ask_as_an_agent(home, forged)

    found = home.requests.get(forged.id)

    assert given.decision.plan_digest != found.plan.digest


def test_the_same_signature_counts_for_what_a_human_asked(home: LocalHome) -> None:
    hanako = home.trust()
    asked = a_request(requester=HANAKO)
    given = home.signed(asked, hanako)
    ask_as_a_human(home, asked)

    assert given.decision.plan_digest == home.requests.get(asked.id).plan.digest


def test_no_agent_hides_what_a_human_asked_under_its_id(home: LocalHome) -> None:
    asked = home.requests.submit(a_request(requester=HANAKO))
    ask_as_an_agent(home, a_request(reason="another", requester="agent:mallory"))

    assert home.requests.get(asked.id) == asked
    assert home.requests.newest(10) == (asked,)


def test_no_agent_keeps_an_id_from_a_human(home: LocalHome) -> None:
    ask_as_an_agent(home, a_request(reason="another", requester="agent:mallory"))

    asked = home.requests.submit(a_request(requester=HANAKO))

    assert home.requests.get(asked.id) == asked


@pytest.mark.parametrize("where", ["store", "inbox"])
def test_only_where_humans_write_a_humans_request_is_taken_back(
    home: LocalHome, where: str
) -> None:
    asked = home.requests.submit(a_request(requester=HANAKO))
    ask_as_an_agent(home, asked)
    taken = Withdrawal(request_id=asked.id, by=HANAKO, reason="not any more", at=NOW)
    row = (ACCOUNT, REGION, asked.id, taken.model_dump_json())
    tables = {"store": "human_withdrawals", "inbox": "withdrawals"}
    paths = {"store": home.store_path, "inbox": home.inbox_path}
    opened = {"store": open_writer, "inbox": open_asker}
    with closing(opened[where](paths[where])) as connection:
        connection.execute(f"INSERT INTO {tables[where]} VALUES (?, ?, ?, ?)", row)

    assert (home.requests.get(asked.id).withdrawn is not None) == (where == "store")


def test_an_agents_process_cannot_ask_as_a_human(home: LocalHome) -> None:
    agents = LocalRequests(home.reader, home.inbox_path)

    with pytest.raises(NotAuthorised, match="as an agent"):
        agents.submit(a_request(requester=HANAKO))
    assert agents.submit(a_request()).plan.requester == "agent:claude"


def test_an_id_that_a_human_has_is_no_agents(home: LocalHome) -> None:
    home.requests.submit(a_request(requester=HANAKO))

    with pytest.raises(Conflict):
        home.requests.submit(a_request(requester="agent:mallory"))


@pytest.mark.parametrize("column", range(2, 6))
def test_bytes_in_place_of_a_text_break_no_list(home: LocalHome, column: int) -> None:
    asked = home.requests.submit(a_request(requester=HANAKO, request_id="r-hers"))
    row: list[object] = [*a_row(a_request())]
    row[column] = b"\xff" + bytes(str(row[column]), "utf-8")
    with closing(open_asker(home.inbox_path)) as connection:
        connection.execute("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?)", row)

    seen = home.requests.newest(10, now=later(minutes=2))

    assert asked in seen
    assert set(home.requests.newest(10)) >= {asked}


@pytest.mark.parametrize("where", ["where humans ask", "where agents ask"])
def test_no_crowd_of_invented_agents_hides_a_human(home: LocalHome, where: str) -> None:
    asked = a_request(requester=HANAKO, request_id="r-hers")
    {"where humans ask": ask_as_a_human, "where agents ask": ask_as_an_agent}[where](home, asked)
    rows = [
        (ACCOUNT, REGION, f"r-{n:03}", f"agent:{n}", later(seconds=n).isoformat(), body)
        for n in range(60)
        for body in [a_request(requester=f"agent:{n}", request_id=f"r-{n:03}").model_dump_json()]
    ]
    with closing(open_asker(home.inbox_path)) as connection:
        connection.executemany("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?)", rows)

    seen = home.requests.newest(50, now=later(minutes=2))

    assert ("r-hers" in {one.id for one in seen}) == (where == "where humans ask")
    assert len(seen) == 50


def test_an_upgrade_takes_over_what_a_human_decided_and_nothing_else(tmp_path: Path) -> None:
    home = LocalHome(tmp_path / "home")
    hanako = home.trust()
    decided, open_one = (a_request(requester=HANAKO, request_id=one) for one in ("r-1", "r-2"))
    home.decisions.append(home.signed(decided, hanako))
    with closing(sqlite3.connect(home.inbox_path)) as inbox, inbox:
        for one in (decided, open_one):
            inbox.execute("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?)", a_row(one))
    with closing(sqlite3.connect(home.store_path)) as store, store:
        store.execute("DROP TABLE human_requests")
        store.execute("DROP TABLE human_withdrawals")
        store.execute("PRAGMA user_version = 6")

    create(home.store_path, home.inbox_path)

    asked = home.another().requests
    assert asked.get("r-1") == decided
    assert asked.get("r-2").plan.requester == SOME_AGENT
