"""The kinds of steps: a session as it stands before, and the plan that bunsui makes for it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.approval import Request, ask
from bunsui_core.domain.plan import Control, Plan, Step
from bunsui_core.domain.session import JobRun, Session
from bunsui_core.domain.verdict import Mode
from tests.builders import (
    INPUT,
    SESSION_ID,
    a_pipeline,
    a_plan,
    a_session,
    a_start,
    an_attempt,
    execution,
)
from tests.fakes import FakeExecution
from tests.unit.desk_kit import Bench, make_home
from tests.unit.rerun_kit import desk, entering_stage, replace

MODES = {
    "redrive": Mode.REDRIVE,
    "restart": Mode.RESTART,
    "enter_at": Mode.ENTER_AT,
    "mark_done": Mode.MARK_DONE,
}
CONTROLS = {"pause": Control.PAUSE, "unpause": Control.UNPAUSE, "cancel": Control.CANCEL}
KINDS = (*MODES, *CONTROLS, "start")


class Script(NamedTuple):
    """A session, if one is there before, and a request about it; both under the builders' ids."""

    kind: str
    session: Session | None
    request: Request

    def under(self, session_id: str, request_id: str) -> Script:
        """The same for another session and request."""
        session, plan = None, _renamed(self.request.plan, session_id)
        if self.session:
            text = self.session.model_dump_json().replace(SESSION_ID, session_id)
            session = Session.model_validate_json(text).model_copy(update={"version": 0})
        named = plan.model_copy(update={"request_id": request_id})
        return Script(self.kind, session, ask(named, self.request.reason, self.request.inputs))

    @property
    def step(self) -> Step:
        """The one step of the plan."""
        return self.request.plan.steps[0]


def scripts(folder: Path) -> dict[str, Script]:
    """One script for each kind of step, each planned by a desk."""
    make_home(folder)
    bench = entering_stage(Bench(folder))
    agent = desk(bench)
    found = {kind: _rerun(kind, bench, agent) for kind in MODES}
    bench.world.executions[execution("extract")] = FakeExecution(execution("extract"), INPUT)
    found |= {kind: _control(kind, bench, agent) for kind in CONTROLS}
    plan = a_plan(steps=(a_start(session_id=SESSION_ID),), risk="medium")
    return {**found, "start": Script("start", None, ask(plan, "go", (INPUT,)))}


def running(**changes: object) -> Session:
    """A session whose first job runs."""
    attempt = an_attempt(status="RUNNING", stopped_at=None, output=None)
    runs = (JobRun(job="extract", attempts=(attempt,)), *a_session().runs[1:])
    return a_session(**{"runs": runs, "status": "RUNNING", "stopped_at": None, **changes})


def _rerun(kind: str, bench: Bench, agent: AgentDesk) -> Script:
    output = '{"rows": 3}' if kind == "mark_done" else None
    proposal = agent.rerun_from(SESSION_ID, "extract", MODES[kind], output=output)
    request = ask(proposal.plan, "it is free again", (proposal.input,))
    return Script(kind, bench.store.sessions.get(SESSION_ID), request)


def _control(kind: str, bench: Bench, agent: AgentDesk) -> Script:
    paused = {"status": "PAUSED", "wish": "pause"} if kind == "unpause" else {}
    session = replace(bench, running(**paused))
    plan = agent.control(SESSION_ID, CONTROLS[kind]).plan
    return Script(kind, session, ask(plan, "the disk is full", ()))


def _renamed(plan: Plan, session_id: str) -> Plan:
    return Plan.model_validate_json(plan.model_dump_json().replace(SESSION_ID, session_id))


PIPELINE = a_pipeline()
