"""An agent that asks without end, to push what others asked for out of sight."""

from __future__ import annotations

from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from bunsui_core.adapters.local.connect import open_asker
from bunsui_core.adapters.local.control.decisions import LocalDecisions
from bunsui_core.app.request import COUNTED, MOST_ASKED, NEWEST, submit
from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.domain.approval import ApprovalStatus
from bunsui_core.domain.errors import Refused
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import reader, store
from tests.builders import ACCOUNT, REGION, a_redrive, a_request, a_signed_decision, later
from tests.mcp.home import Home
from tests.withdrawals import a_withdrawal

WAITS = "a-waiting"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which somebody else waits for an answer."""
    made = Home(tmp_path)
    requests = store(made.settings, reader(made.settings)).requests
    requests.submit(
        a_request(
            request_id=WAITS, requester="agent:copilot", steps=(a_redrive(session_id="s-other"),)
        )
    )
    return made


def desk(home: Home, requester: str) -> AgentDesk:
    """The desk of an asker, over connections that let an agent only read and ask."""
    numbers = count()
    nature = Nature(home.clock, lambda: f"{requester[-3:]}-{next(numbers)}", lambda: "s")
    seeing = Seeing(home.world, home.logs, home.inventory)
    return AgentDesk(kept(home, requester), seeing, requester, nature)


def kept(home: Home, requester: str) -> Store:
    """The store as an asker of that kind holds it."""
    hands = writer if requester.startswith("human:") else reader
    return store(home.settings, hands(home.settings))


def ask_and_take_back(asker: AgentDesk, home: Home, times: int) -> None:
    """Ask for something again and again, so that it is never open."""
    requests = kept(home, asker.requester).requests
    for number in range(times):
        asked = a_request(
            request_id=f"flood-{number}",
            requester=asker.requester,
            steps=(a_redrive(session_id=f"s-{number}"),),
            created_at=home.clock(),
            expires_at=later(minutes=60),
        )
        submit(asked, requests, home.clock())
        asker.withdraw(asked.id, "never mind")


def test_an_agent_that_asks_without_end_is_refused_and_hides_nothing(home: Home) -> None:
    mallory = desk(home, "agent:mallory")

    with pytest.raises(Refused, match=f"asked {MOST_ASKED} times"):
        ask_and_take_back(mallory, home, NEWEST + 1)

    seen = desk(home, "human:hanako").approvals(50)
    assert WAITS in {one.request.id for one in seen}


def test_another_agent_may_ask_meanwhile_and_so_may_a_human(home: Home) -> None:
    with pytest.raises(Refused):
        ask_and_take_back(desk(home, "agent:mallory"), home, NEWEST)

    for requester in ("agent:claude", "human:hanako"):
        mine = desk(home, requester)
        best = mine.propose(home.session.id).proposals[0]
        asked = mine.request(best.proposal_id, "the throttling is over")
        assert asked.request.plan.requester == requester
        mine.withdraw(asked.request.id, "seen")


def test_an_agent_may_ask_again_after_a_while(home: Home) -> None:
    mallory = desk(home, "agent:mallory")
    ask_and_take_back(mallory, home, MOST_ASKED)

    home.clock.now = home.clock() + COUNTED
    best = mallory.propose(home.session.id).proposals[0]

    assert mallory.request(best.proposal_id, "it is calm now").status.is_open


def test_what_a_human_answered_does_not_count(home: Home) -> None:
    claude = desk(home, "agent:claude")
    ask_and_take_back(claude, home, MOST_ASKED)
    best = claude.propose(home.session.id).proposals[0]
    with pytest.raises(Refused, match="no human answered yet"):
        claude.request(best.proposal_id, "the throttling is over")

    answered = claude.approval("flood-0").request
    LocalDecisions(writer(home.settings)).append(a_signed_decision(answered, decision="reject"))

    assert claude.request(best.proposal_id, "the throttling is over").status.is_open


def test_a_human_may_ask_as_often_as_she_wants(home: Home) -> None:
    ask_and_take_back(desk(home, "human:hanako"), home, MOST_ASKED + 1)


@pytest.mark.parametrize(
    "text", ["{}", a_withdrawal(request_id=WAITS, by="agent:mallory").model_dump_json()]
)
def test_an_asker_is_told_when_something_else_stands_where_its_withdrawal_would(
    home: Home, text: str
) -> None:
    with closing(open_asker(home.settings.inbox_path)) as connection:
        values = (ACCOUNT, REGION, WAITS, text)
        connection.execute("INSERT INTO withdrawals VALUES (?, ?, ?, ?)", values)

    with pytest.raises(Refused, match="Ask a human to reject"):
        desk(home, "agent:copilot").withdraw(WAITS, "not needed")


def test_an_asker_takes_its_own_request_back(home: Home) -> None:
    taken = desk(home, "agent:copilot").withdraw(WAITS, "not needed")

    assert taken.status is ApprovalStatus.WITHDRAWN


def test_nobody_takes_back_what_another_asked(home: Home) -> None:
    with pytest.raises(Refused, match="asked by agent:copilot"):
        desk(home, "agent:copilot2").withdraw(WAITS, "not needed")
