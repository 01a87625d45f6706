"""What is worth telling a person who does not look: new failures and waiting approvals.

A notice names things and holds nothing of a job's input, output or message: it leaves the machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from bunsui_core.domain.approval import Approval, ApprovalStatus
from bunsui_core.domain.safe import safe
from bunsui_core.domain.session import SessionStatus, SessionSummary
from bunsui_core.domain.value import Instant, Value

PER_MINUTE = 10
"""How many notices a minute may bring; a storm of failures is one thing to know, not a thousand."""

REMEMBERED = 10_000
"""How many told keys are remembered; older ones are not new any more."""


class NoticeKind(StrEnum):
    """Why a person is told."""

    FAILURE = "failure"
    APPROVAL = "approval"


class Notice(Value):
    """One thing to tell; `key` is the same for the same news."""

    key: str
    kind: NoticeKind
    title: str
    next: str
    at: Instant


class Told(Value):
    """What was told: keys, oldest first, and when the last ones went out."""

    keys: tuple[str, ...] = ()
    sent: tuple[Instant, ...] = ()
    held_back: int = 0


class Round(Value):
    """What to tell now, and what is then told."""

    notices: tuple[Notice, ...]
    told: Told


def failures(sessions: Iterable[SessionSummary]) -> tuple[Notice, ...]:
    """Return a notice for each failed session; one that fails again later is news again."""
    return tuple(
        Notice(
            key=f"failure:{one.session_id}:{one.stopped_at}",
            kind=NoticeKind.FAILURE,
            title=_line(f"{one.pipeline} failed at {one.failed_job or 'its start'}"),
            next=_line(f"bunsui failures analyze {one.session_id}"),
            at=one.stopped_at or one.created_at,
        )
        for one in sessions
        if one.status is SessionStatus.FAILED
    )


def waiting(approvals: Iterable[Approval]) -> tuple[Notice, ...]:
    """Return a notice for each request that nobody has answered."""
    return tuple(
        Notice(
            key=f"approval:{one.request.id}",
            kind=NoticeKind.APPROVAL,
            title=_line(f"{one.request.plan.requester} waits for a decision"),
            next=_line(f"bunsui approvals show {one.request.id}"),
            at=one.request.plan.created_at,
        )
        for one in approvals
        if one.status is ApprovalStatus.REQUESTED
    )


def news(found: Iterable[Notice], told: Told, now: Instant) -> Round:
    """Return what is new and may go out now; what the rate holds back is counted and not retold."""
    known = set(told.keys)
    fresh = [one for one in {n.key: n for n in found}.values() if one.key not in known]
    sent = tuple(at for at in told.sent if now - at < timedelta(minutes=1))
    room = max(0, PER_MINUTE - len(sent))
    now_out = tuple(sorted(fresh, key=lambda one: one.at)[:room])
    keys = (*told.keys, *(one.key for one in fresh))[-REMEMBERED:]
    return Round(
        notices=now_out,
        told=Told(
            keys=keys,
            sent=(*sent, *(now for _ in now_out)),
            held_back=told.held_back + len(fresh) - len(now_out),
        ),
    )


def _line(text: str) -> str:
    return safe(text, 200, newlines=False)
