"""The brake: who may decide stops what is not begun of a plan, by one signature."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.app.request import approval
from bunsui_core.app.stopping import stopping
from bunsui_core.app.verify import verify_decisions
from bunsui_core.domain.answer import Freshness, Review, Source
from bunsui_core.domain.approval import (
    Answer,
    ApprovalStatus,
    Request,
    StepEffect,
    StepState,
)
from bunsui_core.domain.errors import Refused
from bunsui_core.ports.control import Claim
from tests.builders import NOW, a_redrive, execution, later
from tests.local_home import LocalHome
from tests.unit.test_decide import answer, asked, said

FRESH = Freshness(as_of=NOW, source=Source.STORE, worker_seen_at=NOW)
TWO = tuple(
    a_redrive(session_id=f"s-{n}", execution_arn=execution("extract", session_id=f"s-{n}"))
    for n in (1, 2)
)


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    made = LocalHome(tmp_path / "home")
    made.trust()
    return made


def begun(home: LocalHome, request: Request) -> None:
    """Let an executor have done the first step."""
    claim = Claim(request_id=request.id, executor="w", now=NOW, lease_until=later(minutes=1))
    home.effects.claim(claim)
    done = StepEffect(number=1, state=StepState.DONE, result="arn", at=NOW)
    home.effects.record(claim, done)


def stop_of(home: LocalHome, request: Request) -> Review:
    return stopping(approval(request, home.requests, NOW), FRESH)


def test_who_approved_stops_a_plan_that_is_being_executed(home: LocalHome) -> None:
    request = asked(home, steps=TWO)
    answer(home, home.review(request))
    begun(home, request)
    review = stop_of(home, request)

    answer(home, review, said(Answer.REJECT, "the disk is full"))

    decisions = home.requests.decisions(request.id)
    assert [one.decision.decision for one in decisions] == [Answer.APPROVE, Answer.REJECT]
    assert not verify_decisions(request, decisions, home.keys, NOW).is_approved
    standing = approval(request, home.requests, NOW)
    assert standing.status is ApprovalStatus.EXECUTING
    assert standing.note == "hanako stopped what is not begun"


def test_a_stop_names_what_is_not_done_any_more(home: LocalHome) -> None:
    request = asked(home, steps=TWO)
    begun(home, request)

    lines = stop_of(home, request).document.splitlines()

    assert lines[0] == f"Stop the rest of {request.id}"
    assert lines[2:] == [
        "Begun: 1 of 2 steps. What runs goes on to its end.",
        "Not done any more: 1 step.",
        "  2. redrive of extract",
    ]


def test_before_it_is_begun_a_stop_is_a_rejection(home: LocalHome) -> None:
    request = asked(home)
    answer(home, home.review(request))

    answer(home, stop_of(home, request), said(Answer.REJECT, "not now"))

    assert approval(request, home.requests, NOW).status is ApprovalStatus.REJECTED


def test_of_a_single_step_that_is_being_done_nothing_is_left_to_stop(home: LocalHome) -> None:
    request = asked(home)
    answer(home, home.review(request))
    begun(home, request)

    with pytest.raises(Refused, match="too late to reject"):
        answer(home, stop_of(home, request), said(Answer.REJECT))


def test_no_policy_keeps_an_approver_from_stopping(home: LocalHome) -> None:
    request = asked(home, steps=TWO)
    answer(home, home.review(request))
    begun(home, request)
    home.rule("deny")

    answer(home, stop_of(home, request), said(Answer.REJECT))

    assert approval(request, home.requests, NOW).note.startswith("hanako stopped")
