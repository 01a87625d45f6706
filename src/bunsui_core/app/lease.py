"""The right to act for one request, for a while: nothing is called after it ran out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bunsui_core.domain.approval import EffectState, StepEffect, StepState
from bunsui_core.domain.errors import Conflict
from bunsui_core.domain.waves import Fate
from bunsui_core.ports.control import Claim, Effects

LEASE = timedelta(seconds=30)
"""How long an executor may be silent before another one takes over."""

RENEWED = LEASE / 2
"""With how much of it left a lease is renewed before a step goes on."""

MARGIN = LEASE / 6
"""How much of a lease must be left to call: a call takes a moment to arrive."""


def _no_time() -> timedelta:
    return timedelta(0)


@dataclass(frozen=True)
class Turn:
    """One executor at work from one moment on; `elapsed` tells how long it has been at it.

    Of time that passed `elapsed` never takes anything back, whatever is done to the clock.
    """

    executor: str
    now: datetime
    elapsed: Callable[[], timedelta] = _no_time

    @property
    def moment(self) -> datetime:
        """The moment now."""
        return self.now + self.elapsed()


class Lease:
    """A claim that was granted: everything that is recorded under it fails when it is lost."""

    def __init__(self, claim: Claim, effects: Effects, turn: Turn) -> None:
        self._claim = claim
        self._effects = effects
        self._turn = turn

    @property
    def now(self) -> datetime:
        """The moment now."""
        return self._turn.moment

    def keep(self) -> None:
        """Renew the lease when half of it is over. Raises: Conflict when it is another's now."""
        if self._left < RENEWED:
            self._require(timedelta(0))
            now = self.now
            later = self._claim.model_copy(update={"now": now, "lease_until": now + LEASE})
            self._effects.renew(self._claim, later)
            self._claim = later

    def must_hold(self) -> None:
        """Refuse to go on to a call that another executor may be making by now.

        Raises: Conflict when too little of the lease is left.
        """
        self._require(MARGIN)

    def record(self, number: int, state: StepState, result: str, fate: Fate | None = None) -> None:
        """Record how far a step came. Raises: Conflict when the lease is another's now."""
        step = StepEffect(number=number, state=state, result=result, at=self.now, fate=fate)
        self._effects.record(self._claim, step)

    def finish(self, state: EffectState, note: str) -> None:
        """Close the effect. Raises: Conflict when the lease is another's now."""
        self._effects.finish(self._claim, state, note)

    def pause(self) -> None:
        """Give the lease back before the end. Raises: Conflict when it is another's now."""
        self._effects.pause(self._claim)

    @property
    def _left(self) -> timedelta:
        return self._claim.lease_until - self.now

    def _require(self, left: timedelta) -> None:
        if self._left <= left:
            raise Conflict(
                f"{self._claim.executor} was silent for too long to go on with "
                f"{self._claim.request_id}.",
                "Whoever takes it over goes on from what was recorded.",
            )
