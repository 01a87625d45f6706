"""What the policy forbids is not begun, and what a freeze holds goes on when it ends."""

from __future__ import annotations

import pytest

from bunsui_core.app.decide import Signing
from bunsui_core.app.execute import execute
from bunsui_core.app.govern import sign_policy
from bunsui_core.app.lease import Turn
from bunsui_core.domain.approval import EffectState, Request
from bunsui_core.domain.plan import Step
from bunsui_core.domain.waves import Waves
from tests.builders import NOW, a_redrive, later
from tests.unit.desk_kit import APPROVER, PASSPHRASE, Bench
from tests.unit.test_execute_waves import arn, end, hit

FREEZE = """
[[freeze]]
from = 2026-03-02T01:20:00Z
until = 2026-03-02T01:30:00Z
"""
ONE = 'version = 1\n[[rules]]\nrequire = "one"\n'
TWO = 'version = 1\n[[rules]]\nrequire = "two"\n'

WARM, COLD, AFTER, LATE = (later(minutes=n) for n in (5, 10, 17, 40))
"""Before the freeze, in it, after the thaw, and when the request's time is over."""


def govern(bench: Bench, text: str) -> None:
    """A policy is put in force."""
    sign_policy(text, Signing(APPROVER, PASSPHRASE), bench.keys, NOW)


def approved(bench: Bench, *steps: Step, waves: Waves | None = None) -> Request:
    """A request that a human approved."""
    request = bench.submit(steps=steps or (a_redrive(),), waves=waves)
    bench.decide(request)
    return request


def test_what_was_approved_before_a_freeze_runs_after_it(bench: Bench) -> None:
    govern(bench, f"{ONE}{FREEZE}")
    request = approved(bench)

    held = execute(request, bench.hands(), Turn("worker-1", COLD))

    assert held is None
    assert bench.store.requests.effect(request.id) is None
    assert execute(request, bench.hands(), Turn("worker-1", AFTER)) is EffectState.DONE
    assert len(bench.world.effects) == 1


def test_a_freeze_makes_no_request_live_longer(bench: Bench) -> None:
    govern(bench, f"{ONE}{FREEZE}")
    request = approved(bench)

    assert execute(request, bench.hands(), Turn("worker-1", LATE)) is None
    assert not bench.world.effects


def test_a_plan_in_waves_stops_at_a_freeze_and_goes_on_after_it(bench: Bench) -> None:
    govern(bench, f"{ONE}{FREEZE}")
    for number in (1, 2):
        hit(bench, number)
    steps = (a_redrive(session_id=f"s-{n}", execution_arn=arn(n)) for n in (1, 2))
    request = approved(bench, *steps, waves=Waves(canary=1, size=1, most_failures=0))
    assert execute(request, bench.hands(), Turn("worker-1", WARM)) is EffectState.EXECUTING
    end(bench, 1)

    assert execute(request, bench.hands(), Turn("worker-1", COLD)) is None
    assert len(bench.world.effects) == 1

    execute(request, bench.hands(), Turn("worker-1", LATE))
    assert len(bench.world.effects) == 2


@pytest.mark.parametrize(("pipeline", "effects"), [("orders", 0), ("billing", 1)])
def test_the_worker_looks_up_the_pipeline_that_a_rule_asks_for(
    bench: Bench, pipeline: str, effects: int
) -> None:
    deny = f'[[rules]]\nmatch = {{ pipeline = "{pipeline}" }}\nrequire = "deny"\n'
    govern(bench, f'version = 1\n{deny}[[rules]]\nrequire = "one"\n')
    request = approved(bench)

    execute(request, bench.hands(), Turn("worker-1", WARM))

    assert len(bench.world.effects) == effects


def test_one_of_two_is_not_enough_for_the_worker_whatever_a_list_says(bench: Bench) -> None:
    govern(bench, TWO)
    request = approved(bench)  # its record says that one was enough

    assert execute(request, bench.hands(), Turn("worker-1", WARM)) is None
    assert not bench.world.effects
