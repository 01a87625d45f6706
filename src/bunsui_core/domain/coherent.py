"""Whether a plan, which its asker wrote, is one that can be shown in full and done step by step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from bunsui_core.domain.found import is_found_id
from bunsui_core.domain.plan import (
    ControlSession,
    EnterJob,
    Plan,
    RedriveJob,
    RestartJob,
    StartSession,
    Step,
    step_job,
)
from bunsui_core.domain.session import Session

MOST_ALONE = 10
"""Steps of a plan without waves: each is looked up and shown in full."""

MOST_WAIT = timedelta(days=1)
"""How long any request may wait for a human."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_SESSION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SCHEDULED_ID = re.compile(r"S[0-9A-Z]{6}-[0-9A-Z]{6}")
_WAVED = RedriveJob | RestartJob | EnterJob


def incoherence(plan: Plan) -> str:
    """Return why nothing of a plan may be done, whatever its steps are; empty when it may.

    Bunsui makes no such plan; a program that writes its requests by hand could.
    """
    if not _ID.fullmatch(plan.request_id):
        return "the id of its request is not one"
    if plan.expires_at - plan.created_at > MOST_WAIT:
        return "its request waits longer than a day"
    targets = [_target(step) for step in plan.steps]
    if len({*targets}) < len(targets):
        return "the plan does something twice to one job or session"
    if plan.waves is None:
        too_many = len(plan.steps) > MOST_ALONE
        return f"a plan without waves has at most {MOST_ALONE} steps" if too_many else ""
    return "" if _is_alike(plan.steps) else "the steps of a plan in waves are not all alike"


def elsewhere(session: Session, plan: Plan) -> str:
    """Return where a session is, when its plan is about another place; empty when it is there.

    Environments of one account share a store, and a policy speaks of the environment of a plan.
    """
    own = (session.environment, session.account, session.region)
    if own == (plan.environment, plan.account, plan.region):
        return ""
    return f"session {session.id} is of {', '.join(own)}, and the plan of another place"


def may_be_named(session_id: str) -> bool:
    """Whether a plan may start a session under this id: a plain one that nothing else gives."""
    is_taken = is_found_id(session_id) or _SCHEDULED_ID.fullmatch(session_id)
    return bool(_SESSION_ID.fullmatch(session_id)) and not is_taken


def _is_alike(steps: Iterable[Step]) -> bool:
    """Whether all run one job of different sessions again in one way, with its own input."""
    kinds, sessions = set[tuple[str, str, bool]](), list[str]()
    for step in steps:
        if not isinstance(step, _WAVED):
            return False
        if not isinstance(step, RedriveJob) and step.input_edited:
            return False
        kinds.add((step.kind, step.job, step.downstream))
        sessions.append(step.session_id)
    return len(kinds) == 1 and len({*sessions}) == len(sessions)


def _target(step: Step) -> tuple[str, str, str]:
    if isinstance(step, ControlSession | StartSession):
        return step.session_id, step.kind, ""
    return step.session_id, "job", step_job(step)
