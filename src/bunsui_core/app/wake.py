"""A conductor that is woken, by events, sweeps and schedules, instead of working in rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, assert_never

from bunsui_core.app.advance import Round, advance_session
from bunsui_core.app.archive import Shelf
from bunsui_core.app.explain import explain
from bunsui_core.app.explained import Explained
from bunsui_core.app.fulfil import Means
from bunsui_core.app.whose import owner_of
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import BunsuiError, Conflict, Stale, Unavailable
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.found import is_found_id
from bunsui_core.domain.looking import AGAIN, Look, is_in_turn, narrowed
from bunsui_core.domain.orders import (
    Elsewhere,
    Moved,
    Order,
    ScheduledStart,
    Sweep,
    scheduled_session,
)
from bunsui_core.domain.plan import Place
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store

TRIES = 5
"""How often a session is read anew when another conductor was faster."""

SWEEP_EVERY = timedelta(minutes=1)
"""How often a schedule sweeps: the longest that a lost event goes unnoticed, and a sweep's time."""

_FAILED = 200


@dataclass(frozen=True)
class Woken:
    """What a conductor holds that is woken; `has_time` says whether it may begin something."""

    means: Means
    store: Store
    seeing: Seeing
    shelf: Shelf
    explained: Explained
    place: Place
    has_time: Callable[[], bool]


class Swept(NamedTuple):
    """What a sweep looked at, and what of it no event had told: how much, and how old at most."""

    sessions: int = 0
    late: int = 0
    longest: timedelta = timedelta()

    def with_round(self, news: tuple[Observation, ...], now: datetime) -> Swept:
        """Return the sweep with one session more."""
        ages = [now - one.stopped_at for one in news if one.stopped_at]
        longest = max([self.longest, *ages])
        return Swept(self.sessions + 1, self.late + len(ages), longest)


def obey(order: Order, woken: Woken) -> Swept | None:
    """Do what was ordered, and return what a sweep found; again changes nothing.

    Raises: Conflict, Unavailable, NotAuthorised when it should be ordered again; Stale when a
    schedule is of another graph than the pipeline has; NotFound when there is no such pipeline.
    """
    match order:
        case Moved():
            _moved(order, woken)
        case Sweep():
            return _sweep(woken)
        case ScheduledStart():
            _start(order, woken)
        case Elsewhere():
            pass
        case _:
            assert_never(order)
    return None


def _moved(order: Moved, woken: Woken) -> None:
    """Look at one execution of the session that started it; other people's are not ours.

    That one runs which nobody redrove is known to whoever started it.
    """
    if order.row.status.is_open and not order.row.redrive_count:
        return
    owner = owner_of(order.row, woken.store.sessions)
    if owner.session_id:
        advance(owner.session_id, Look(only=frozenset({order.row.execution_arn})), woken)
    elif owner.may_show:
        raise Conflict(
            f"{order.row.execution_arn} may be a rerun that is being stored.", "Tell of it again."
        )


def _sweep(woken: Woken) -> Swept:
    """Look at all that is open, whatever was told of it. The first trouble is raised at the end."""
    swept, trouble = Swept(), list[BunsuiError]()
    woken.store.heartbeat.beat(woken.means.clock())
    for session_id in _to_sweep(woken):
        if not woken.has_time():
            raise Unavailable("the sweep had no time for every session.", "The next one goes on.")
        try:
            news = advance(session_id, AGAIN, woken)
            swept = swept.with_round(news, woken.means.clock())
        except Unavailable:
            raise
        except BunsuiError as error:
            trouble.append(error)
    if trouble:
        raise trouble[0]
    return swept


def _to_sweep(woken: Woken) -> Iterator[str]:
    """Every session that is open, in another order each time, and failed ones in their turn."""
    sessions, now = woken.store.sessions, woken.means.clock()
    ours = [one for one in sessions.open_ids() if not is_found_id(one)]
    first = _turn(now) * 7919 % len(ours) if ours else 0
    yield from (*ours[first:], *ours[:first])
    wanted = SessionFilter(statuses=(SessionStatus.FAILED,))
    for line in sessions.page(wanted, _FAILED, "").items:
        if line.stopped_at is None or is_found_id(line.session_id):
            continue
        if is_in_turn(line.session_id, line.stopped_at, now, SWEEP_EVERY):
            yield line.session_id


def _turn(now: datetime) -> int:
    return int(now.timestamp() // SWEEP_EVERY.total_seconds())


def _start(order: ScheduledStart, woken: Woken) -> None:
    pipeline = woken.store.pipelines.get(order.pipeline)
    if pipeline.graph_hash != order.graph_hash:
        raise Stale(
            f"the schedule of {order.pipeline} is for a graph that it has no more.",
            "Deploy its schedule anew.",
        )
    session = scheduled_session(order, pipeline, woken.place, woken.means.clock())
    with suppress(Conflict):  # delivered before: perhaps there is something to repair
        woken.store.sessions.save(session)
    advance(session.id, AGAIN, woken)


def advance(session_id: str, look: Look, woken: Woken) -> tuple[Observation, ...]:
    """Bring a session forward, explain what failed, and return what had closed.

    Raises: Conflict when others were faster again and again.
    """
    done = _advanced(session_id, look, woken)
    _explain(done.session, look, done.seen, woken)
    if done.trouble:
        raise done.trouble
    return done.news


def _advanced(session_id: str, look: Look, woken: Woken) -> Round:
    for _ in range(TRIES - 1):
        with suppress(Conflict):
            return advance_session(session_id, woken.means, look)
    return advance_session(session_id, woken.means, look)


def _explain(session: Session, look: Look, seen: tuple[Observation, ...], woken: Woken) -> None:
    """Explain and archive what was looked at, or all that is new when all was."""
    now = woken.means.clock()
    if look.only is not None:
        part = narrowed(session, look.only.union(one.execution_arn for one in seen))
        explain(part, woken.store, woken.seeing, woken.shelf, now, seen)
    elif not woken.explained.is_known(session):
        explain(session, woken.store, woken.seeing, woken.shelf, now, seen)
        woken.explained.put(session)
