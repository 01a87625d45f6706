"""Queue a request for a human. One open request per execution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bunsui_core.domain.approval import (
    REASON_LIMIT,
    Approval,
    ApprovalStatus,
    Request,
    Withdrawal,
    fold,
)
from bunsui_core.domain.asked_else import NOT_ASKED, asked_else
from bunsui_core.domain.errors import BadInput, Refused
from bunsui_core.domain.plan import ControlSession, Plan, Step, step_job
from bunsui_core.domain.policy import Pending
from bunsui_core.ports.store import Requests

NEWEST = 200
"""How many requests are looked at for one that is open about the same thing."""

USUAL = Pending()
"""How many may wait where the policy says nothing else."""

MOST_ASKED = USUAL.per_requester
"""How many requests of an agent that no human answered may stand within the time that is counted.

What a human answered she has seen.
"""

AGENT = "agent:"
"""How the requester of an agent's request begins."""

COUNTED = timedelta(minutes=30)
"""For how long a request counts: as long as one waits for an answer."""


def submit(
    request: Request, requests: Requests, now: datetime, pending: Pending = USUAL
) -> Approval:
    """Store a request, or return the open one about the same execution, which may ask for else.

    Raises: BadInput for an empty or too long reason; Refused when an agent asks without end, or
    as many wait as the policy lets wait.
    """
    _must_say_why(request.reason)
    touched, newest = _touched(request.plan), requests.newest(NEWEST, now=now)
    alike = (one for one in newest if touched & _touched(one.plan))
    # Folded only then: what else waits or is done does not matter, and may be much.
    for standing in (approval(one, requests, now) for one in alike):
        if standing.status.is_open:
            return _noted(standing, asked_else(request.plan, standing.request.plan))
    if request.plan.requester.startswith(AGENT):  # a human is never kept from asking
        _must_not_flood(request.plan.requester, newest, requests, now, pending)
        _must_have_room(newest, requests, now, pending)
    return approval(requests.submit(request), requests, now)


def withdraw(withdrawal: Withdrawal, requests: Requests) -> Approval:
    """Take a request back; one that was taken back before stays so.

    Where it stands is read after the withdrawal was written: an executor that was faster shows.
    Of a plan in waves the rest can be taken back while it is executed.
    Raises: NotFound; BadInput for a bad reason; Refused for another's request, or when it is over
    or being executed.
    """
    _must_say_why(withdrawal.reason)
    request = requests.get(withdrawal.request_id)
    if request.plan.requester != withdrawal.by:
        raise Refused(
            f"{request.id} was asked by {request.plan.requester}, not by {withdrawal.by}.",
            "Only who asked takes a request back; a human can reject it.",
        )
    standing = approval(request, requests, withdrawal.at)
    if standing.status is ApprovalStatus.WITHDRAWN:
        return standing
    between = request.plan.waves and standing.status is ApprovalStatus.EXECUTING
    if not between and standing.status not in {ApprovalStatus.REQUESTED, ApprovalStatus.APPROVED}:
        raise Refused(
            f"{request.id} is {standing.status.value}; there is nothing left to take back.",
            "Look at what it did.",
        )
    taken = requests.withdraw(withdrawal)
    if taken.withdrawn is None:
        raise Refused(
            f"the withdrawal of {request.id} is not kept: another text stands in its place.",
            "Ask a human to reject the request.",
        )
    return approval(taken, requests, withdrawal.at)


def approval(request: Request, requests: Requests, now: datetime) -> Approval:
    """Return where a request stands."""
    return fold(request, requests.decisions(request.id), requests.effect(request.id), now)


def open_about(session_id: str, requests: Requests, now: datetime) -> tuple[Request, ...]:
    """Return the open ones of the newest requests about a session, newest first."""
    found = requests.newest(NEWEST, session_id, now)
    about = (one for one in found if session_id in {step.session_id for step in one.plan.steps})
    return tuple(one for one in about if approval(one, requests, now).status.is_open)


def open_targets(requests: Requests, now: datetime) -> Mapping[str, str]:
    """Return the sessions and jobs, as `SESSION/JOB`, that open requests are about, and their ids.

    Only the newest requests are looked at.
    """
    newest = requests.newest(NEWEST, now=now)
    waiting = (one for one in newest if approval(one, requests, now).status.is_open)
    return {target: one.id for one in waiting for target in _touched(one.plan)}


def crowd(request: Request, requests: Requests, now: datetime, pending: Pending) -> str:
    """Return that more wait than the policy lets wait, of its asker or in all; empty when not.

    Whoever asks past bunsui, with a program of its own, is not refused; it is seen.
    """
    asker, newest = request.plan.requester, requests.newest(NEWEST, now=now)
    waiting = [
        one.plan.requester
        for one in newest
        if approval(one, requests, now).status is ApprovalStatus.REQUESTED
    ]
    if asker.startswith(AGENT) and waiting.count(asker) > pending.per_requester:
        return (
            f"{waiting.count(asker)} requests of {asker} wait, more than the "
            f"{pending.per_requester} that the policy lets wait: look at them with care"
        )
    if len(waiting) > pending.total:
        return f"{len(waiting)} requests wait, more than the {pending.total} of the policy"
    return ""


def approvals(requests: Requests, limit: int, now: datetime) -> tuple[Approval, ...]:
    """Return where the newest requests stand, newest first."""
    return tuple(approval(request, requests, now) for request in requests.newest(limit, now=now))


def _noted(standing: Approval, difference: str) -> Approval:
    """An open request, with what it asks for else than was asked now."""
    if not difference:
        return standing
    note = f"{standing.note}; {NOT_ASKED}: {difference}"
    return standing.model_copy(update={"note": note})


def _must_not_flood(
    asker: str, newest: Iterable[Request], requests: Requests, now: datetime, pending: Pending
) -> None:
    """Refuse an agent that asks and takes back without end what others then no longer see."""
    most = pending.per_requester
    mine = (one for one in newest if one.plan.requester == asker)
    recent = [one for one in mine if now - one.plan.created_at < COUNTED]
    if len(recent) < most:
        return
    if sum(not requests.decisions(one.id) for one in recent) >= most:
        raise Refused(
            f"{asker} asked {most} times within {COUNTED.seconds // 60} minutes, "
            "and no human answered yet.",
            "Wait for the answers, and ask for what matters most.",
        )


def _must_have_room(
    newest: Iterable[Request], requests: Requests, now: datetime, pending: Pending
) -> None:
    """Refuse one more where as many wait for a human as the policy lets wait."""
    young = [one for one in newest if now < one.plan.expires_at]
    if len(young) < pending.total:
        return
    waiting = sum(approval(one, requests, now).status is ApprovalStatus.REQUESTED for one in young)
    if waiting >= pending.total:
        raise Refused(
            f"{waiting} requests wait for a human, as many as the policy lets wait.",
            "Wait until some of them are answered.",
        )


def _must_say_why(reason: str) -> None:
    if not reason.strip():
        raise BadInput("a reason is missing.", "Say why, for the human who reads it.")
    if len(reason) > REASON_LIMIT:
        raise BadInput(
            f"the reason has {len(reason):,} characters, {REASON_LIMIT:,} are allowed.",
            "Shorten it.",
        )


def _touched(plan: Plan) -> frozenset[str]:
    return frozenset(_target(step) for step in plan.steps)


def _target(step: Step) -> str:
    if isinstance(step, ControlSession):
        # A cancellation must not wait for the answer to a pause.
        return f"{step.session_id} {step.action}"
    job = step_job(step)
    return f"{step.session_id}/{job}" if job else step.session_id
