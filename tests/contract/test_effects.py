"""`Effects`: one executor consumes a request, and only while its lease is its own."""

from __future__ import annotations

from functools import partial

import pytest

from bunsui_core.domain.approval import Effect, EffectState, StepEffect, StepState
from bunsui_core.domain.errors import BadInput, Conflict
from bunsui_core.ports.control import Claim, Effects
from tests.builders import NOW, REQUEST_ID, an_effect, later
from tests.contract.conftest import Home
from tests.race import together


@pytest.fixture
def effects(home: Home) -> Effects:
    return home.effects


def a_claim(executor: str = "worker-1", minute: int = 0, request_id: str = REQUEST_ID) -> Claim:
    """A claim made at a minute, with a lease of one minute."""
    return Claim(
        request_id=request_id,
        executor=executor,
        now=later(minutes=minute),
        lease_until=later(minutes=minute + 1),
    )


def a_step(state: StepState = StepState.INTENDED, number: int = 1) -> StepEffect:
    """What was done for a step."""
    return StepEffect(number=number, state=state, result="token", at=NOW)


def test_the_first_claim_consumes_the_request(effects: Effects) -> None:
    assert effects.claim(a_claim()) == an_effect()


@pytest.mark.parametrize("executor", ["worker-1", "worker-2"])
def test_a_request_under_a_lease_is_nobody_elses(effects: Effects, executor: str) -> None:
    effects.claim(a_claim())

    assert effects.claim(a_claim(executor)) is None


def test_of_many_claims_at_once_one_wins(effects: Effects) -> None:
    for number in range(10):
        claims = [a_claim(f"worker-{n}", request_id=f"r-{number}") for n in range(4)]

        answers = together(*(partial(effects.claim, claim) for claim in claims))

        assert sum(isinstance(answer, Effect) for answer in answers) == 1
        assert answers.count(None) == 3


def test_of_many_takeovers_at_once_one_wins(effects: Effects) -> None:
    for number in range(10):
        effects.claim(a_claim(request_id=f"r-{number}"))
        claims = [a_claim(f"worker-{n}", 5, f"r-{number}") for n in range(4)]

        answers = together(*(partial(effects.claim, claim) for claim in claims))

        winners = [answer for answer in answers if isinstance(answer, Effect)]
        assert [winner.claims for winner in winners] == [2]


def test_a_lease_that_ran_out_is_taken_over_with_what_was_recorded(effects: Effects) -> None:
    effects.claim(a_claim())
    effects.record(a_claim(), a_step())

    taken = effects.claim(a_claim("worker-2", 1))

    assert taken == an_effect(
        executor="worker-2",
        claims=2,
        at=later(minutes=1),
        lease_until=later(minutes=2),
        steps=(a_step(),),
    )


def test_whoever_lost_the_lease_can_neither_record_nor_finish(effects: Effects) -> None:
    effects.claim(a_claim())
    effects.claim(a_claim("worker-2", 1))

    with pytest.raises(Conflict, match="worker-1"):
        effects.record(a_claim(), a_step())
    with pytest.raises(Conflict, match="worker-1"):
        effects.finish(a_claim(), EffectState.DONE, "")


def test_whoever_never_claimed_can_neither_record_nor_finish(effects: Effects) -> None:
    effects.claim(a_claim())

    with pytest.raises(Conflict, match="worker-2"):
        effects.record(a_claim("worker-2"), a_step())
    with pytest.raises(Conflict, match="worker-2"):
        effects.finish(a_claim("worker-2"), EffectState.DONE, "")


def test_an_executor_that_took_over_from_itself_has_the_new_lease_only(effects: Effects) -> None:
    effects.claim(a_claim())
    effects.claim(a_claim(minute=1))

    with pytest.raises(Conflict):
        effects.record(a_claim(), a_step())
    effects.record(a_claim(minute=1), a_step())


def test_a_paused_execution_is_taken_up_at_once_by_whoever_comes_next(effects: Effects) -> None:
    first, next_one = a_claim("worker-1"), a_claim("worker-2")
    effects.claim(first)
    effects.record(first, a_step(StepState.DONE))
    effects.pause(first)

    assert effects.expired(NOW) == (REQUEST_ID,)
    taken = effects.claim(next_one)
    assert taken is not None
    assert (taken.claims, taken.steps) == (2, (a_step(StepState.DONE),))
    with pytest.raises(Conflict):
        effects.record(first, a_step(number=2))


def test_whoever_lost_the_lease_cannot_pause(effects: Effects) -> None:
    effects.claim(a_claim("worker-1"))
    effects.claim(a_claim("worker-2", minute=2))

    with pytest.raises(Conflict):
        effects.pause(a_claim("worker-1"))


def test_a_step_is_first_intended_and_then_done(effects: Effects, home: Home) -> None:
    effects.claim(a_claim())
    effects.record(a_claim(), a_step())
    effects.record(a_claim(), a_step(StepState.DONE))
    effects.record(a_claim(), a_step(number=2))

    found = home.requests.effect(REQUEST_ID)

    assert found
    assert found.steps == (a_step(StepState.DONE), a_step(number=2))


def test_nothing_is_recorded_for_a_request_that_was_never_claimed(effects: Effects) -> None:
    with pytest.raises(Conflict):
        effects.record(a_claim(), a_step())


def test_a_finished_request_is_never_claimed_again(effects: Effects, home: Home) -> None:
    effects.claim(a_claim())
    effects.finish(a_claim(), EffectState.STALE, "the world moved")

    assert effects.claim(a_claim("worker-2", 60)) is None
    with pytest.raises(Conflict):
        effects.finish(a_claim(), EffectState.DONE, "")
    with pytest.raises(Conflict):
        effects.record(a_claim(), a_step())
    found = home.requests.effect(REQUEST_ID)
    assert found
    assert (found.state, found.note) == (EffectState.STALE, "the world moved")


def test_executing_is_no_way_to_finish(effects: Effects) -> None:
    effects.claim(a_claim())

    with pytest.raises(BadInput):
        effects.finish(a_claim(), EffectState.EXECUTING, "")


def test_what_a_dead_executor_left_unfinished_is_expired(effects: Effects) -> None:
    for request_id, minute in (("r-late", 1), ("r-early", 0), ("r-alive", 5)):
        effects.claim(a_claim(minute=minute, request_id=request_id))
    effects.claim(a_claim(request_id="r-closed"))
    effects.finish(a_claim(request_id="r-closed"), EffectState.DONE, "")

    assert effects.expired(later(minutes=2)) == ("r-early", "r-late")


def test_effects_of_another_account_or_region_are_not_seen(effects: Effects, home: Home) -> None:
    effects.claim(a_claim())
    for other in (home.another(account="111111111111"), home.another(region="eu-west-1")):
        assert other.requests.effect(REQUEST_ID) is None
        assert other.effects.expired(later(hours=1)) == ()
