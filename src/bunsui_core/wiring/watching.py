"""What a worker watches beside its own sessions: every machine of a named environment."""

from __future__ import annotations

import time

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.machines import AwsMachines
from bunsui_core.adapters.aws.quota import Buckets, Meter
from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.watching import LocalSightings
from bunsui_core.app.archive import Shelf
from bunsui_core.app.measure import Pulse
from bunsui_core.app.sweep import Watching
from bunsui_core.domain.quota import SHARES, allowance, quota_of
from bunsui_core.settings import Settings
from bunsui_core.watcher import Watcher
from bunsui_core.wiring.nature import clock
from bunsui_core.wiring.seeing import read_access, seeing
from bunsui_core.wiring.store import place, store

BUCKETS = Buckets(time.monotonic, time.sleep)
"""The buckets that every client of this process takes its turns from."""

PATIENCE_S = 60.0
"""How long a worker waits for its turn."""

_NO_QUOTA = 50.0
"""Lists a second where no quota is documented."""


def meter(settings: Settings, patience: float) -> Meter:
    """Return whose quota the clients of an environment use, and how much of it."""
    return Meter(settings.account, settings.region, SHARES[settings.kind], patience)


def lists_per_second(settings: Settings) -> float:
    """Return how many machines may be read in a second."""
    quota = quota_of("sfn", "ListExecutions", settings.region)
    return allowance(quota, SHARES[settings.kind]).rate if quota else _NO_QUOTA


def pulse(settings: Settings) -> Pulse:
    """Return what the parts of this environment's worker tell of themselves."""
    return Pulse(lists_per_second(settings), has_queue=bool(settings.event_queue))


def watcher(settings: Settings, connection: StoreReader, shelf: Shelf, beat: Pulse) -> Watcher:
    """Return what watches the machines of an environment; it can only read."""
    clients = Clients(lambda: read_access(settings, "worker"))
    watching = Watching(
        store=store(settings, connection),
        sightings=LocalSightings(connection),
        machines=AwsMachines(clients),
        seeing=seeing(settings, "worker"),
        place=place(settings),
        selection=settings.selection,
    )
    return Watcher(watching, shelf, beat, clock)
