"""What a worker watches beside its own sessions: every machine of a named environment."""

from __future__ import annotations

from bunsui_core.adapters.aws.event_queue import SqsEvents
from bunsui_core.adapters.aws.machines import AwsMachines
from bunsui_core.app.archive import Shelf
from bunsui_core.app.measure import Pulse
from bunsui_core.app.recalled import remembering
from bunsui_core.app.sweep import Watching
from bunsui_core.settings import Settings
from bunsui_core.watcher import Watcher
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.metering import lists_per_second
from bunsui_core.wiring.seeing import read_access, reading_clients, seeing
from bunsui_core.wiring.store import place
from bunsui_core.wiring.written import Written


def pulse(settings: Settings) -> Pulse:
    """Return what the parts of this environment's worker tell of themselves."""
    return Pulse(lists_per_second(settings), has_queue=bool(settings.event_queue))


def watcher(settings: Settings, kept: Written, shelf: Shelf, beat: Pulse) -> Watcher:
    """Return what watches the machines of an environment; it can only read."""
    clients = reading_clients(settings, "worker")
    watching = Watching(
        store=kept.store,
        sightings=kept.sightings,
        machines=AwsMachines(clients),
        seeing=remembering(seeing(settings, "worker"), kept.store),
        place=place(settings),
        selection=settings.selection,
    )
    queue = None
    if settings.event_queue:
        queue = SqsEvents(lambda: read_access(settings, "worker"), settings.event_queue)
    return Watcher(watching, shelf, beat, clock, queue, kept.seat)
