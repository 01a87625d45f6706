"""Requests that were inserted by hand: what the executor and the review make of them."""

from __future__ import annotations

from bunsui_core.app.execute import execute
from bunsui_core.app.lease import Turn
from bunsui_core.app.review import Looked, review_steps
from bunsui_core.domain.answer import StepReview
from bunsui_core.domain.approval import Request
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.reviewing import document
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.verdict import Mode
from bunsui_core.ports.observe import Seeing
from tests.builders import (
    INPUT,
    SESSION_ID,
    a_failed_attempt,
    a_session,
    execution,
    later,
)
from tests.fakes import SilentLogs
from tests.unit.desk_kit import Bench
from tests.unit.rerun_kit import desk, entering_stage


def turn() -> Turn:
    return Turn("worker-1", later(minutes=6))


def forced(bench: Bench, request: Request) -> str:
    """What the executor says of a request that was inserted by hand and approved."""
    bench.store.requests.submit(request)
    bench.decide(request)
    state = execute(request, bench.hands(), turn())
    effect = bench.store.requests.effect(request.id)
    return f"{state} {effect.note if effect else ''}"


def shown(bench: Bench, request: Request) -> tuple[tuple[StepReview, ...], str]:
    """What the approver's process shows of a request, and the document that she signs."""
    seeing = Seeing(bench.world, SilentLogs(), bench.inventory)
    steps = review_steps(request, Looked(bench.store, seeing, later(minutes=6)))
    return steps, document(request, steps, "one")


def wrong(steps: tuple[StepReview, ...]) -> str:
    return "; ".join(c.found for step in steps for c in step.checks if not c.holds)


def asked(bench: Bench, edited_input: str | None = None) -> Proposal:
    """An honest restart on a machine that can be entered."""
    agent = desk(entering_stage(bench))
    return agent.rerun_from(SESSION_ID, "extract", Mode.RESTART, edited_input=edited_input)


def a_second(bench: Bench, session_id: str = "s-2") -> dict[str, str]:
    """Another session that failed alike, and what a step names of it."""
    arn = execution("extract", session_id=session_id)
    runs = (JobRun(job="extract", attempts=(a_failed_attempt(execution_arn=arn),)),)
    bench.store.sessions.save(a_session(id=session_id, runs=(*runs, *a_session().runs[1:])))
    bench.world.add_failed(arn, INPUT)
    return {"session_id": session_id, "execution_arn": arn}
