"""What an agent's desk answers, and what it refuses to ask for."""

from __future__ import annotations

import pytest

from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.domain.answer import Source
from bunsui_core.domain.approval import Answer, ApprovalStatus
from bunsui_core.domain.errors import BadInput, NotFound, Refused, Stale, Unavailable
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.session import Attempt, JobRun, Session
from bunsui_core.domain.verdict import Mode, Ruling
from bunsui_core.ports.observe import Seeing
from tests.builders import (
    SESSION_ID,
    a_diagnosis,
    a_session,
    an_attempt,
    execution,
    later,
)
from tests.fakes import Clock, FakeStepFunctions, SilentLogs
from tests.unit.desk_kit import Bench


class DeadStepFunctions(FakeStepFunctions):
    """A Step Functions that cannot be reached."""

    def describe(self, execution_arn: str) -> Observation:
        """Raise."""
        raise Unavailable(f"no answer about {execution_arn}.", "Try again.")


class Ids:
    """Ids in a row."""

    def __init__(self, begin: str = "ID") -> None:
        self.count = 0
        self.begin = begin

    def __call__(self) -> str:
        """Return the next one."""
        self.count += 1
        return f"{self.begin}-{self.count:04d}"


@pytest.fixture(autouse=True)
def throttled(bench: Bench) -> None:
    bench.store.diagnoses.put(
        a_diagnosis(category="throttling", transient=True, action="wait_retry")
    )


def desk(bench: Bench, world: FakeStepFunctions | None = None, name: str = "claude") -> AgentDesk:
    ids, clock = Ids(), Clock(later(minutes=5))
    seeing = Seeing(world or bench.world, SilentLogs(), bench.inventory)
    return AgentDesk(bench.store, seeing, f"agent:{name}", Nature(clock, ids, ids))


def a_running_session(attempt: Attempt) -> Session:
    waiting = (JobRun(job="transform"), JobRun(job="load"))
    runs = (JobRun(job="extract", attempts=(attempt,)), *waiting)
    return a_session(id="s-running", runs=runs, status="RUNNING", stopped_at=None)


def proposal_id(agent: AgentDesk, mode: Mode) -> str:
    found = agent.propose(SESSION_ID).proposals
    return next(p.proposal_id for p in found if p.mode is mode)


def test_a_request_for_a_proposal_waits_for_a_human(bench: Bench) -> None:
    agent = desk(bench)

    asked = agent.request(proposal_id(agent, Mode.REDRIVE), "the throttling is over")

    assert asked.status is ApprovalStatus.REQUESTED
    assert asked.request.plan.requester == "agent:claude"
    assert bench.world.effects == []


def test_every_mode_has_a_verdict_and_the_id_of_a_proposal_is_its_plans_digest(
    bench: Bench,
) -> None:
    answer = desk(bench).propose(SESSION_ID)
    found = answer.proposals

    assert {p.mode for p in found} == {Mode.REDRIVE, Mode.RESTART}
    assert [one.mode for one in answer.refused] == [Mode.ENTER_AT]
    assert all(p.proposal_id == p.plan.digest for p in found)
    assert found[0].verdict.ruling is Ruling.SAFE
    assert [p.recommended for p in found] == [True, False]


def test_the_same_proposal_asked_for_twice_is_one_request(bench: Bench) -> None:
    agent = desk(bench)
    chosen = proposal_id(agent, Mode.REDRIVE)

    ids = {agent.request(chosen, "the throttling is over").request.id for _ in range(2)}

    assert len(ids) == 1


def test_a_second_request_about_the_same_job_is_answered_with_the_open_one(bench: Bench) -> None:
    first = desk(bench)
    second = desk(bench, name="copilot")

    one = first.request(proposal_id(first, Mode.REDRIVE), "the throttling is over")
    two = second.request(proposal_id(second, Mode.RESTART), "let us start again")

    assert two.request.id == one.request.id


def test_a_proposal_about_a_world_that_moved_cannot_be_asked_for(bench: Bench) -> None:
    agent = desk(bench)
    chosen = proposal_id(agent, Mode.REDRIVE)
    bench.inventory.revision = "rev-2"

    with pytest.raises(Stale, match="propose_recovery again"):
        agent.request(chosen, "the throttling is over")


def test_a_hopeless_proposal_cannot_be_asked_for(bench: Bench) -> None:
    bench.store.diagnoses.put(
        a_diagnosis(
            category="bad_input_data",
            transient=False,
            failure=a_diagnosis().failure.model_copy(update={"died_in_fail_state": True}),
        )
    )
    agent = desk(bench)

    with pytest.raises(Refused, match="HOPELESS"):
        agent.request(proposal_id(agent, Mode.REDRIVE), "let us hope")


def test_an_invented_proposal_cannot_be_asked_for(bench: Bench) -> None:
    with pytest.raises(NotFound, match="was not made here"):
        desk(bench).request("f" * 64, "trust me")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001])
def test_a_request_needs_a_reason_a_human_can_read(bench: Bench, reason: str) -> None:
    agent = desk(bench)

    with pytest.raises(BadInput):
        agent.request(proposal_id(agent, Mode.REDRIVE), reason)


def test_an_edited_input_must_be_json(bench: Bench) -> None:
    with pytest.raises(BadInput, match="not JSON"):
        desk(bench).propose(SESSION_ID, edited_input="{not json")


def test_an_edited_input_is_of_high_risk(bench: Bench) -> None:
    found = desk(bench).propose(SESSION_ID, edited_input='{"input": {}, "outputs": {}}')

    risks = {p.mode: p.plan.risk.value for p in found.proposals}
    assert risks[Mode.RESTART] == "high"


def test_a_job_that_did_not_fail_cannot_be_recovered(bench: Bench) -> None:
    with pytest.raises(Refused, match="did not fail"):
        desk(bench).propose(SESSION_ID, job="load")


def test_an_unknown_job_is_answered_with_the_jobs_there_are(bench: Bench) -> None:
    with pytest.raises(NotFound, match="extract, transform, load"):
        desk(bench).analyze(SESSION_ID, job="lod")


def test_without_aws_what_is_stored_stays_visible(bench: Bench) -> None:
    running = an_attempt(status="RUNNING", stopped_at=None, output=None)
    bench.store.sessions.save(a_running_session(running))
    view = desk(bench, DeadStepFunctions()).session("s-running")

    assert view.session.runs[0].attempts == (running,)
    assert view.freshness.source is Source.STORE


def test_without_a_worker_a_running_session_is_read_from_aws(bench: Bench) -> None:
    arn = execution("extract", session_id="s-running")
    bench.world.add_failed(arn, "{}")
    running = an_attempt(status="RUNNING", stopped_at=None, output=None, execution_arn=arn)
    bench.store.sessions.save(a_running_session(running))
    view = desk(bench).session("s-running")

    assert view.freshness.source is Source.LIVE
    assert view.session.failed_jobs == ("extract",)


def test_who_asked_can_take_the_request_back(bench: Bench) -> None:
    agent = desk(bench)
    asked = agent.request(proposal_id(agent, Mode.REDRIVE), "the throttling is over")

    taken = agent.withdraw(asked.request.id, "the data came after all")

    assert (taken.status, taken.note) == (ApprovalStatus.WITHDRAWN, "the data came after all")
    assert agent.approval(asked.request.id) == taken
    assert agent.withdraw(asked.request.id, "once more") == taken


def test_nobody_else_can_take_a_request_back(bench: Bench) -> None:
    agent, other = desk(bench), desk(bench, name="copilot")
    asked = agent.request(proposal_id(agent, Mode.REDRIVE), "the throttling is over")

    with pytest.raises(Refused, match="not by agent:copilot"):
        other.withdraw(asked.request.id, "I do not like it")
    assert agent.approval(asked.request.id).status is ApprovalStatus.REQUESTED


def test_a_rejected_request_cannot_be_taken_back(bench: Bench) -> None:
    request = bench.submit()
    bench.decide(request, Answer.REJECT)

    with pytest.raises(Refused, match="REJECTED"):
        desk(bench).withdraw(request.id, "too late")


def test_to_take_a_request_back_needs_a_reason(bench: Bench) -> None:
    request = bench.submit()

    with pytest.raises(BadInput, match="reason"):
        desk(bench).withdraw(request.id, " ")


def test_after_a_withdrawal_the_same_can_be_asked_for_again(bench: Bench) -> None:
    agent = desk(bench)
    first = agent.request(proposal_id(agent, Mode.REDRIVE), "the throttling is over")
    agent.withdraw(first.request.id, "not yet")

    again = agent.request(proposal_id(agent, Mode.REDRIVE), "now it is over")

    assert again.status is ApprovalStatus.REQUESTED
    assert again.request.id != first.request.id
