"""What a record says was done, against what Step Functions shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bunsui_core.domain.approval import Answer
from bunsui_core.domain.chaining import Verification, Weight
from bunsui_core.wiring.auditing import audit_desk
from tests.builders import ARN, INPUT, SESSION_ID, a_restart, execution
from tests.unit.desk_kit import Bench
from tests.unit.recording import answered, tick

NAME = f"{SESSION_ID}-extract-a2"
RESTARTED = f"{ARN}:execution:orders-extract:{NAME}"


def verified(bench: Bench) -> Verification:
    """What a verification finds that also asks Step Functions."""
    return audit_desk(bench.settings).verify(executions=bench.world)


def redriven(bench: Bench, count: int) -> None:
    """Let the execution have been redriven so many times."""
    arn = execution("extract")
    bench.world.executions[arn] = replace(bench.world.executions[arn], redrive_count=count)


@pytest.fixture
def restarted(bench: Bench) -> Bench:
    """A home in which a job was started again as it was approved."""
    bench.submit(request_id="r-again", steps=(a_restart(),))
    tick(bench)
    answered(bench, "r-again", Answer.APPROVE)
    tick(bench)
    assert bench.world.effects == [f"start {NAME}"]
    return bench


@pytest.mark.parametrize(
    ("count", "weight", "words"),
    [
        (0, Weight.BROKEN, "the record says at least 1"),
        (2, Weight.NOTE, "the record explains 1: somebody else"),
    ],
)
def test_redrives_are_counted(recorded: Bench, count: int, weight: Weight, words: str) -> None:
    recorded.world.add_failed(execution("extract"), INPUT)
    redriven(recorded, 1)
    fine = verified(recorded)

    redriven(recorded, count)
    found = verified(recorded)

    assert (fine.holds, fine.findings, fine.looked_at) == (True, (), 1)
    assert [(one.weight, words in one.text) for one in found.findings] == [(weight, True)]


def test_an_execution_that_was_started_as_approved_holds(restarted: Bench) -> None:
    found = verified(restarted)

    assert (found.holds, found.findings, found.looked_at) == (True, (), 1)


def test_an_execution_with_another_input_than_approved_is_found(restarted: Bench) -> None:
    other = replace(restarted.world.executions[RESTARTED], input='{"other": 1}')
    restarted.world.executions[RESTARTED] = other

    found = verified(restarted)

    assert not found.holds
    assert "another input" in found.findings[0].text


def test_an_execution_that_nobody_knows_any_more_is_told(restarted: Bench) -> None:
    del restarted.world.executions[RESTARTED]

    found = verified(restarted)

    assert found.holds
    assert "forgets after 90 days" in found.findings[0].text


def test_an_execution_of_the_name_of_a_request_that_was_rejected_is_told(bench: Bench) -> None:
    bench.submit(request_id="r-no", steps=(a_restart(),))
    tick(bench)
    answered(bench, "r-no", Answer.REJECT)
    tick(bench)
    before = verified(bench)
    bench.world.start(f"{ARN}:stateMachine:orders-extract", NAME, INPUT)

    found = verified(bench)

    assert before.findings == ()
    assert [one.subject for one in found.findings] == ["r-no"]
    assert "somebody else started it" in found.findings[0].text
