"""Plan a pause, an end of a pause or a cancellation of a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bunsui_core.app.watch import seen_now
from bunsui_core.domain.controlling import open_jobs, require_control, waiting_jobs
from bunsui_core.domain.plan import SESSION_RISK, Control, ControlSession, Plan
from bunsui_core.domain.propose import LIFETIME
from bunsui_core.domain.recovery import ControlProposal
from bunsui_core.domain.session import Session
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store


@dataclass(frozen=True)
class Brake:
    """Who asks to pause, unpause or cancel which session, and when."""

    session_id: str
    action: Control
    requester: str
    at: datetime
    request_id: str


def control(brake: Brake, store: Store, seeing: Seeing) -> ControlProposal:
    """Return what a pause, its end or a cancellation would do, and its plan. Nothing is written.

    Raises: NotFound, Refused when it makes no sense for the session, Unavailable.
    """
    session = seen_now(store.sessions.get(brake.session_id), seeing.executions, brake.at)
    require_control(session, brake.action)
    plan = _plan(brake, session)
    running, waiting = open_jobs(session), waiting_jobs(session)
    cancels, goes_on = brake.action is Control.CANCEL, brake.action is Control.UNPAUSE
    return ControlProposal(
        proposal_id=plan.digest,
        session_id=session.id,
        action=brake.action,
        stops=running if cancels else (),
        holds=() if goes_on else waiting,
        goes_on=(*running, *waiting) if goes_on else () if cancels else running,
        plan=plan,
    )


def _plan(brake: Brake, session: Session) -> Plan:
    step = ControlSession(session_id=session.id, action=brake.action, expect_status=session.status)
    return Plan(
        request_id=brake.request_id,
        requester=brake.requester,
        environment=session.environment,
        account=session.account,
        region=session.region,
        created_at=brake.at,
        expires_at=brake.at + LIFETIME,
        risk=SESSION_RISK,
        steps=(step,),
    )
