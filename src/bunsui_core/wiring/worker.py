"""The worker's composition root: the store, the executing credentials, no key to sign with."""

from __future__ import annotations

import os

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.control.runner import AwsRunner
from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.effects import LocalEffects
from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.app.perform import Hands
from bunsui_core.app.recalled import remembering
from bunsui_core.ports.control import Control
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.nature import new_id
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.seeing import local_access, seeing
from bunsui_core.wiring.store import place, store
from bunsui_core.wiring.watching import pulse, watcher
from bunsui_core.worker import Beside, Worker


def worker(settings: Settings, machines: bool | None = None) -> Worker:
    """Return the worker of this environment; outside the embedded AWS it only observes.

    It watches all `machines`, unless told otherwise everywhere but on the embedded AWS.
    """
    connection = writer(settings)
    clients = Clients(lambda: local_access(settings, "worker", reading=False))
    control = Control(
        effects=LocalEffects(connection),
        runner=AwsRunner(clients),
        keys=LocalKeys(connection, settings.keys_path),
        audit=LocalAudit(connection),
    )
    kept = store(settings, connection)
    eyes = remembering(seeing(settings, "worker"), kept)
    hands = Hands(kept, eyes, control, place(settings))
    blobs = FileBlobs(settings.blobs_path)
    shelf = Shelf(LocalArchive(connection), blobs, settings.keep_days)
    beat = pulse(settings)
    is_wide = not settings.is_local if machines is None else machines
    watches = watcher(settings, connection, shelf, beat) if is_wide else None
    executor = f"worker:{os.getpid()}:{new_id()}"
    return Worker(hands, shelf, executor, clock, settings.is_local, Beside(beat, watches))
