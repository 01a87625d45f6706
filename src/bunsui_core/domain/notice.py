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


OLD = timedelta(days=1)
"""A failure that ended longer ago is no news, whoever was not there to be told."""

GRACE = timedelta(minutes=10)
"""How long before the first look a failure may have ended and be news when it is found."""


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
    """What was told: keys, oldest first, and when the last ones went out.

    `since` is the first look of all, before which nothing is news.
    """

    keys: tuple[str, ...] = ()
    sent: tuple[Instant, ...] = ()
    held_back: int = 0
    since: Instant | None = None


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


def at_first(found: Iterable[Notice], now: Instant) -> Told:
    """Return what counts as told when nobody ever looked: the failures that are there."""
    keys = tuple(one.key for one in found if one.kind is NoticeKind.FAILURE)
    return Told(keys=keys, since=now)


def news(found: Iterable[Notice], told: Told, now: Instant) -> Round:
    """Return what is new and may go out now; the rest is told later, as a number."""
    known = set(told.keys)
    fresh = [
        one
        for one in {n.key: n for n in found}.values()
        if one.key not in known and _is_recent(one, told.since, now)
    ]
    sent = tuple(at for at in told.sent if now - at < timedelta(minutes=1))
    room = max(0, PER_MINUTE - len(sent))
    now_out = tuple(sorted(fresh, key=lambda one: one.at)[:room])
    held_back = told.held_back + len(fresh) - len(now_out)
    if held_back and len(fresh) < room:
        now_out, held_back = (*now_out, _more(held_back, now)), 0
    return Round(
        notices=now_out,
        told=Told(
            keys=(*told.keys, *(one.key for one in fresh))[-REMEMBERED:],
            sent=(*sent, *(now for _ in now_out)),
            held_back=held_back,
            since=told.since,
        ),
    )


def _more(count: int, now: Instant) -> Notice:
    things = "failure or request" if count == 1 else "failures and requests"
    return Notice(
        key=f"more:{now.isoformat()}",
        kind=NoticeKind.FAILURE,
        title=f"{count:,} more {things} in a short time",
        next="bunsui sessions list --status failed",
        at=now,
    )


def _is_recent(one: Notice, since: Instant | None, now: Instant) -> bool:
    """A request waits, however old it is; a failure is news for a day."""
    if one.kind is not NoticeKind.FAILURE:
        return True
    return now - one.at <= OLD and (since is None or one.at >= since - GRACE)


def _line(text: str) -> str:
    return safe(text, 200, newlines=False)
