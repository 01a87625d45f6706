"""One open request about one thing, and no more of them than a human can answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.adapters.local.rules import LocalRules
from bunsui_core.app.decide import Signing
from bunsui_core.app.govern import sign_policy
from bunsui_core.app.request import submit
from bunsui_core.domain.approval import LONGEST_WAIT, Approval, ApprovalStatus, Request, fold
from bunsui_core.domain.asked_else import asked_else
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.plan import ControlSession, Step
from bunsui_core.domain.policy import STARTER, Pending, pending_of
from tests.builders import (
    NOW,
    SESSION_ID,
    a_plan,
    a_redrive,
    a_request,
    a_restart,
    a_signed_decision,
    a_start,
    later,
)
from tests.local_home import HANAKO, PASSPHRASE, LocalHome


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    """A home without anything in it."""
    return LocalHome(tmp_path / "home")


def asked(
    home: LocalHome, request_id: str, *steps: Step, requester: str = "agent:claude"
) -> Approval:
    """Where a request stands that was asked just now, or the open one."""
    request = a_request(request_id=request_id, steps=steps or (a_redrive(),), requester=requester)
    return submit(request, home.requests, NOW, Pending(per_requester=3, total=4))


def other(number: int) -> Step:
    """A step about a session of its own."""
    return a_redrive(session_id=f"s-{number}")


def test_who_asks_for_something_else_about_an_open_job_is_told_what_that_one_asks_for(
    home: LocalHome,
) -> None:
    first = asked(home, "r-1")

    same = asked(home, "r-2")
    else_ = asked(home, "r-3", a_restart())

    assert same == first
    assert (else_.request.id, else_.status) == ("r-1", ApprovalStatus.REQUESTED)
    assert else_.note.endswith(
        "it is not what was asked now: it asks to redrive extract, and not to restart extract"
    )


@pytest.mark.parametrize(
    ("step", "standing", "said"),
    [
        (a_restart(input_digest="0" * 64), a_restart(), "another input"),
        (a_redrive(downstream=True), a_redrive(), "in another way"),
        (a_start(pipeline="billing"), a_start(), "start orders, and not to start billing"),
        (a_redrive(execution_arn="arn:x"), a_redrive(), ""),
    ],
)
def test_what_was_seen_of_the_world_makes_no_other_question(
    step: Step, standing: Step, said: str
) -> None:
    found = asked_else(a_plan(steps=(step,)), a_plan(steps=(standing,), request_id="r-9"))

    assert said in found
    assert bool(said) is bool(found)


def test_an_agent_asks_no_more_often_than_the_policy_lets_it_until_a_human_answered(
    home: LocalHome,
) -> None:
    for number in range(3):
        asked(home, f"r-{number}", other(number))

    with pytest.raises(Refused, match="asked 3 times"):
        asked(home, "r-3", other(3))
    asked(home, "r-4", other(4), requester="human:hanako")
    home.decisions.append(a_signed_decision(home.requests.get("r-0"), decision="reject"))
    asked(home, "r-3", other(3))


def test_no_more_wait_than_the_policy_lets_wait_but_a_human_can_always_ask(
    home: LocalHome,
) -> None:
    for number in range(4):
        asked(home, f"r-{number}", other(number), requester=f"agent:a{number}")

    with pytest.raises(Refused, match="4 requests wait for a human, as many as the policy lets"):
        asked(home, "r-5", other(5), requester="agent:a5")
    assert asked(home, "r-6", other(6), requester="human:taro").request.id == "r-6"
    home.decisions.append(a_signed_decision(home.requests.get("r-0")))
    home.decisions.append(a_signed_decision(home.requests.get("r-6")))
    assert asked(home, "r-5", other(5), requester="agent:a5").request.id == "r-5"


def test_an_asker_reads_the_caps_of_the_newest_policy(home: LocalHome) -> None:
    rules = LocalRules(home.reader)
    assert rules.pending() == Pending()

    home.trust()
    text = f"{STARTER}\n[pending]\nper_requester = 2\n"
    sign_policy(text, Signing(HANAKO, PASSPHRASE), home.keys, NOW)

    assert rules.pending() == Pending(per_requester=2)
    assert pending_of("{") == pending_of("") == Pending()


def test_a_request_whose_asker_wrote_years_waits_a_week() -> None:
    years: Request = a_request(expires_at=later(days=4000))

    assert fold(years, (), None, later(days=6)).status is ApprovalStatus.REQUESTED
    assert fold(years, (), None, NOW + LONGEST_WAIT).status is ApprovalStatus.EXPIRED


def test_a_cancellation_waits_for_no_answer_about_the_job(home: LocalHome) -> None:
    asked(home, "r-1")
    cancel = ControlSession.model_validate(
        {"session_id": SESSION_ID, "action": "cancel", "expect_status": "FAILED"}
    )

    assert asked(home, "r-2", cancel).request.id == "r-2"
