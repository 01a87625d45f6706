"""One token bucket for each account, region and API, shared by all clients of a process."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.quota import Allowance, allowance, quota_of

if TYPE_CHECKING:
    from botocore.client import BaseClient

_EVENT = "before-send"
"""What botocore tells of every request that leaves, retries among them."""


Prepare: TypeAlias = "Callable[[BaseClient], None]"
"""Is told of every client that is made."""


class Meter(NamedTuple):
    """Whose quota a client uses, how much of it, and how many seconds it waits for its turn."""

    account: str
    region: str
    share: float
    patience: float


class Bucket:
    """Gives turns at a steady rate, in the order in which they are asked for. Thread-safe."""

    def __init__(
        self, allowed: Allowance, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._interval = 1 / allowed.rate
        self._slack = (allowed.burst - 1) * self._interval
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._next = clock()

    def take(self, patience: float) -> bool:
        """Wait for a turn; whether it came within `patience` seconds. One not had is not lost."""
        with self._lock:
            now = self._clock()
            due = max(self._next, now)
            wait = due - self._slack - now
            if wait > patience:
                return False
            self._next = due + self._interval
        if wait > 0:
            self._sleep(wait)
        return True


class Buckets:
    """The buckets of one process."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._made: dict[tuple[str, str, str], Bucket] = {}

    def metering(self, meter: Meter) -> Prepare:
        """Return what makes every request of a client wait for its turn.

        A request raises Unavailable when its turn does not come in time.
        """

        def before(event_name: str, **_sent: object) -> None:
            self._take(event_name, meter)

        def prepare(client: BaseClient) -> None:
            client.meta.events.register(_EVENT, before)

        return prepare

    def _take(self, event_name: str, meter: Meter) -> None:
        service, operation = event_name.split(".")[1:3]
        quota = quota_of(service, operation, meter.region)
        if quota is None:
            return
        key = (meter.account, meter.region, f"{service}:{operation}")
        with self._lock:
            bucket = self._made.get(key)
            if bucket is None:
                allowed = allowance(quota, meter.share)
                bucket = self._made[key] = Bucket(allowed, self._clock, self._sleep)
        if not bucket.take(meter.patience):
            raise Unavailable(
                f"{operation} was used as often as bunsui's share of the account's quota allows.",
                "Try again in a moment; the rest is left for what runs there.",
            )
