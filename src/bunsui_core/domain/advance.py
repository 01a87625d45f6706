"""The reducer: what a session is after what was seen, and what it owes to the world next."""

from __future__ import annotations

from bunsui_core.domain.failure import Observation
from bunsui_core.domain.intents import Intent, owed
from bunsui_core.domain.observing import observed
from bunsui_core.domain.ready import begun, forgotten
from bunsui_core.domain.retrying import retried
from bunsui_core.domain.session import Session, SessionOrigin, Wish
from bunsui_core.domain.settling import settled
from bunsui_core.domain.value import Instant, Value


class Advanced(Value):
    """The session after an observation, and what it still owes."""

    session: Session
    intents: tuple[Intent, ...]


def advance(session: Session, observations: tuple[Observation, ...], now: Instant) -> Advanced:
    """Return the session with what was seen, and every job that may start now and has not.

    A job starts when all its dependencies are done, and not one moment later. A failed job
    blocks only its descendants. The same observations again, late or in another order, change
    nothing. In a session that was found nothing starts.
    """
    runs = observed(session, observations)
    if session.origin is SessionOrigin.STARTED:
        match session.wish:
            case Wish.RUN:
                runs = begun(session, retried(session, runs, now), now)
            case Wish.PAUSE:
                runs = retried(session, runs, now)
            case Wish.CANCEL:
                runs = forgotten(runs)
    after = settled(session, runs, now)
    return Advanced(session=after, intents=owed(after))
