"""A session whose extract failed, on a machine that can be entered, and what is done about it."""

from __future__ import annotations

import json

from bunsui_core.app.execute import execute
from bunsui_core.app.lease import Turn
from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.domain.approval import Approval, EffectState, Request, ask
from bunsui_core.domain.door import with_entry
from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.session import Attempt, JobRun, JobStatus, Session
from bunsui_core.ports.observe import Seeing
from tests.builders import (
    INPUT,
    SESSION_ID,
    a_pipeline,
    a_session,
    an_attempt,
    execution,
    later,
    machine,
)
from tests.fakes import Clock, SilentLogs
from tests.unit.desk_kit import Bench
from tests.unit.test_desk import Ids

ORDERS = json.dumps(
    {
        "StartAt": "Read",
        "States": {
            "Read": {"Type": "Pass", "Assign": {"rows": 3}, "Next": "Write"},
            "Write": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "orders-write", "Payload.$": "$"},
                "End": True,
            },
        },
    }
)
STATE_INPUT = '{"rows": [1, 2, 3]}'


def event(number: int, kind: str, **more: object) -> HistoryEvent:
    told = {"id": number, "previous_id": number - 1, "type": kind, "at": later(seconds=number)}
    return HistoryEvent.model_validate({**told, **more})


HISTORY = (
    event(1, "ExecutionStarted", input=INPUT),
    event(2, "PassStateEntered", name="Read", input=INPUT),
    event(3, "PassStateExited", name="Read", output=STATE_INPUT, assigned='{"rows": "3"}'),
    event(4, "TaskStateEntered", name="Write", input=STATE_INPUT),
    event(5, "TaskScheduled", resource_type="lambda", resource="invoke"),
    event(6, "TaskFailed", resource_type="lambda", error="Throttled", cause="slow down"),
    event(7, "ExecutionFailed", error="Throttled", cause="slow down"),
)


def entering_stage(bench: Bench) -> Bench:
    """A failed extract on a machine that can be entered, whose history tells its states."""
    bench.inventory.definitions[machine("extract")] = with_entry(ORDERS)
    bench.inventory.codes["orders-write"] = "code-1"
    bench.world.told[execution("extract")] = HISTORY
    bench.store.pipelines.put(a_pipeline())
    return bench


def desk(bench: Bench, name: str = "ID") -> AgentDesk:
    ids = Ids(name)
    seeing = Seeing(bench.world, SilentLogs(), bench.inventory)
    return AgentDesk(bench.store, seeing, "agent:claude", Nature(Clock(later(minutes=5)), ids, ids))


def run(bench: Bench, approval: Approval) -> EffectState | None:
    """Approve a request and execute it."""
    bench.decide(approval.request)
    return execute(approval.request, bench.hands(), Turn("worker-1", later(minutes=6)))


def after(bench: Bench, agent: AgentDesk, proposal: Proposal) -> Session:
    """The session after a proposal was asked for, approved and executed."""
    assert run(bench, agent.request(proposal.proposal_id, "it is repaired")) is EffectState.DONE
    return bench.store.sessions.get(SESSION_ID)


def last(session: Session, job: str) -> Attempt:
    found = session.run(job)
    assert found
    assert found.last
    return found.last


def asking(found: Proposal, told: dict[str, object]) -> Request:
    """A request as its asker may write it, with the step as told."""
    plan = Plan.model_validate({**found.plan.model_dump(), "steps": (told,)})
    return ask(plan, "trust me", (found.input,))


def replace(bench: Bench, session: Session) -> Session:
    """Let the stored session be another one."""
    version = bench.store.sessions.get(SESSION_ID).version
    return bench.store.sessions.save(session.model_copy(update={"version": version}))


def done_session() -> Session:
    """A session whose three jobs succeeded."""
    runs = tuple(
        JobRun(job=job, attempts=(an_attempt(job),)) for job in ("extract", "transform", "load")
    )
    return a_session(runs=runs, status="SUCCEEDED")


def succeed(bench: Bench, job: str = "extract") -> None:
    """Let an execution have succeeded."""
    bench.world.add_failed(execution(job), INPUT)
    known = bench.world.executions[execution(job)]
    ended = type(known)(arn=known.arn, input=INPUT, status=JobStatus.SUCCEEDED)
    bench.world.executions[execution(job)] = ended
