"""`Decisions`: each approver decides a request once, and for good."""

from __future__ import annotations

from functools import partial

import pytest

from bunsui_core.domain.errors import Conflict
from bunsui_core.ports.control import Decisions
from tests.builders import REQUEST_ID, a_signed_decision
from tests.contract.conftest import Home
from tests.race import together


@pytest.fixture
def decisions(home: Home) -> Decisions:
    return home.decisions


def test_a_decision_is_read_back_with_its_signature(decisions: Decisions, home: Home) -> None:
    signed = a_signed_decision(reason="良い")

    decisions.append(signed)

    assert home.requests.decisions(REQUEST_ID) == (signed,)


def test_an_approver_cannot_decide_one_request_twice(decisions: Decisions, home: Home) -> None:
    first = a_signed_decision()
    decisions.append(first)

    with pytest.raises(Conflict, match="hanako"):
        decisions.append(a_signed_decision(nonce="n-2"))
    assert home.requests.decisions(REQUEST_ID) == (first,)


def test_who_approved_may_still_reject_once(decisions: Decisions, home: Home) -> None:
    approved, rejected = a_signed_decision(), a_signed_decision(decision="reject")
    decisions.append(approved)
    decisions.append(rejected)

    for answer in ("approve", "reject"):
        with pytest.raises(Conflict, match="hanako"):
            decisions.append(a_signed_decision(decision=answer, nonce="n-2"))
    assert home.requests.decisions(REQUEST_ID) == (approved, rejected)


def test_who_rejected_cannot_approve(decisions: Decisions, home: Home) -> None:
    rejected = a_signed_decision(decision="reject")
    decisions.append(rejected)

    with pytest.raises(Conflict, match="hanako"):
        decisions.append(a_signed_decision())
    assert home.requests.decisions(REQUEST_ID) == (rejected,)


def test_of_two_answers_of_one_approver_at_once_one_stands(
    decisions: Decisions, home: Home
) -> None:
    answers = together(
        partial(decisions.append, a_signed_decision()),
        partial(decisions.append, a_signed_decision(nonce="n-2")),
    )

    assert [type(answer) for answer in answers].count(Conflict) == 1
    assert len(home.requests.decisions(REQUEST_ID)) == 1


def test_several_approvers_may_decide_one_request(decisions: Decisions, home: Home) -> None:
    decisions.append(a_signed_decision(approver="hanako"))
    decisions.append(a_signed_decision(approver="taro"))

    found = [signed.decision.approver for signed in home.requests.decisions(REQUEST_ID)]
    assert found == ["hanako", "taro"]
