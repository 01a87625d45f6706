"""`Requests`: asked once, never changed, read with what followed."""

from __future__ import annotations

from functools import partial

import pytest

from bunsui_core.domain.errors import Conflict, NotFound
from bunsui_core.ports.control import Claim
from bunsui_core.ports.store import Requests
from tests.builders import REQUEST_ID, a_redrive, a_request, a_signed_decision, later
from tests.contract.conftest import Home
from tests.race import together
from tests.withdrawals import a_withdrawal


@pytest.fixture
def requests(home: Home) -> Requests:
    return home.requests


def test_a_request_comes_back_as_it_was_asked(requests: Requests) -> None:
    asked = a_request("なぜなら the object is there", created_at=later(microseconds=1))

    requests.submit(asked)

    assert requests.get(asked.id) == asked
    assert requests.get(asked.id).plan.digest == asked.plan_digest


def test_asking_the_same_again_returns_what_was_asked_first(requests: Requests) -> None:
    first = requests.submit(a_request("the first reason"))

    assert requests.submit(a_request("another reason")) == first
    assert requests.newest(10) == (first,)


def test_an_id_cannot_be_taken_by_another_plan(requests: Requests) -> None:
    first = requests.submit(a_request())

    with pytest.raises(Conflict):
        requests.submit(a_request(risk="high"))
    assert requests.get(REQUEST_ID) == first


def test_an_id_cannot_be_taken_by_another_asker(requests: Requests) -> None:
    requests.submit(a_request())

    with pytest.raises(Conflict):
        requests.submit(a_request(requester="agent:mallory"))


def test_of_two_plans_that_take_one_id_at_once_one_is_stored(requests: Requests) -> None:
    for number in range(10):
        one = a_request(request_id=f"r-{number}", risk="low")
        two = a_request(request_id=f"r-{number}", risk="high")

        answers = together(partial(requests.submit, one), partial(requests.submit, two))

        assert [isinstance(answer, Conflict) for answer in answers].count(True) == 1


def test_the_newest_requests_come_first(requests: Requests) -> None:
    for number in (2, 1, 3):
        requests.submit(a_request(request_id=f"r-{number}", created_at=later(seconds=number)))

    assert [request.id for request in requests.newest(2)] == ["r-3", "r-2"]


@pytest.mark.parametrize("session_id", ["s-1", 's-"quoted"', "s-セッション"])
def test_of_the_newest_requests_those_about_a_session_can_be_read_alone(
    requests: Requests, session_id: str
) -> None:
    for number in range(4):
        steps = (a_redrive(session_id=session_id if number % 2 else "s-other"),)
        created_at = later(seconds=number)
        requests.submit(a_request(request_id=f"r-{number}", steps=steps, created_at=created_at))

    assert [request.id for request in requests.newest(10, session_id)] == ["r-3", "r-1"]
    assert [request.id for request in requests.newest(2, session_id)] == ["r-3"]
    assert requests.newest(10, "s-none") == ()


def test_what_claims_a_later_time_and_who_asks_without_end_hide_nothing(
    requests: Requests,
) -> None:
    requests.submit(a_request(request_id="r-mine"))
    for number in range(8):
        at = later(days=9) if number % 2 else later(minutes=1)
        asked = a_request(
            request_id=f"r-{number}",
            requester="agent:mallory",
            created_at=at,
            expires_at=later(days=10),
        )
        requests.submit(asked)

    assert "r-mine" not in {one.id for one in requests.newest(4)}
    seen = [one.id for one in requests.newest(4, now=later(minutes=2))]
    assert seen == ["r-6", "r-4", "r-2", "r-mine"]


def test_a_request_that_nobody_asked_is_not_found(requests: Requests) -> None:
    with pytest.raises(NotFound, match="r-none"):
        requests.get("r-none")


def test_a_request_that_was_taken_back_says_so_wherever_it_is_read(requests: Requests) -> None:
    other = requests.submit(a_request(request_id="r-other"))
    asked = requests.submit(a_request())

    taken = requests.withdraw(a_withdrawal())

    assert taken == asked.model_copy(update={"withdrawn": a_withdrawal()})
    assert requests.get(asked.id) == taken
    assert sorted(requests.newest(10), key=lambda one: one.id) == [taken, other]


def test_a_request_is_taken_back_once(requests: Requests) -> None:
    requests.submit(a_request())
    first = requests.withdraw(a_withdrawal())

    assert requests.withdraw(a_withdrawal(reason="another reason")) == first


def test_of_two_withdrawals_at_once_one_is_stored(requests: Requests) -> None:
    for number in range(10):
        asked = requests.submit(a_request(request_id=f"r-{number}"))
        one = a_withdrawal(request_id=asked.id, reason="one")
        two = a_withdrawal(request_id=asked.id, reason="two")

        answers = together(partial(requests.withdraw, one), partial(requests.withdraw, two))

        assert answers[0] == answers[1] == requests.get(asked.id)


def test_what_nobody_asked_cannot_be_taken_back(requests: Requests) -> None:
    with pytest.raises(NotFound):
        requests.withdraw(a_withdrawal())


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "not JSON",
        a_withdrawal(by="agent:mallory").model_dump_json(),
        a_withdrawal(request_id="r-other").model_dump_json(),
    ],
)
def test_what_is_no_withdrawal_by_the_asker_takes_nothing_back(
    requests: Requests, home: Home, body: str
) -> None:
    asked = requests.submit(a_request())

    home.plant_withdrawal(asked, body)

    assert requests.get(asked.id) == asked
    assert requests.newest(10) == (asked,)


def test_decisions_come_back_in_the_order_they_were_made(requests: Requests, home: Home) -> None:
    first, second = a_signed_decision(approver="zoe"), a_signed_decision(approver="adam")

    home.decisions.append(first)
    home.decisions.append(second)

    assert requests.decisions(REQUEST_ID) == (first, second)
    assert requests.decisions("r-other") == ()


def test_an_effect_is_seen_once_an_executor_began(requests: Requests, home: Home) -> None:
    assert requests.effect(REQUEST_ID) is None
    claim = Claim(request_id=REQUEST_ID, executor="w", now=later(), lease_until=later(minutes=1))

    claimed = home.effects.claim(claim)

    assert requests.effect(REQUEST_ID) == claimed


def test_requests_of_another_account_or_region_are_not_seen(requests: Requests, home: Home) -> None:
    requests.submit(a_request())
    for other in (home.another(account="111111111111"), home.another(region="eu-west-1")):
        assert other.requests.newest(10) == ()


@pytest.mark.parametrize(
    "body", ["{}", "not JSON", "\xff\x00", a_request(request_id="r-1").model_dump_json()]
)
def test_what_is_no_request_of_its_id_hides_no_other_request(
    requests: Requests, home: Home, body: str
) -> None:
    good = requests.submit(a_request())
    home.plant_request("r-planted", body)

    assert requests.newest(10) == (good,)
    with pytest.raises(NotFound):
        requests.get("r-planted")
