"""The worker's composition root: the store, the executing credentials, no key to sign with."""

from __future__ import annotations

import os

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.control.payloads import S3Payloads
from bunsui_core.adapters.aws.control.runner import AwsRunner
from bunsui_core.adapters.local.control.tries import guessed
from bunsui_core.adapters.local.exports import Noted
from bunsui_core.app.archive import Shelf
from bunsui_core.app.perform import Hands
from bunsui_core.app.recalled import remembering
from bunsui_core.ports.control import Control
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import Steady, clock, moment
from bunsui_core.wiring.metering import metered
from bunsui_core.wiring.nature import new_id
from bunsui_core.wiring.seeing import executing_access, seeing
from bunsui_core.wiring.store import place
from bunsui_core.wiring.watching import pulse, watcher
from bunsui_core.wiring.written import written
from bunsui_core.worker import Beside, Worker


def worker(settings: Settings, machines: bool | None = None, trusts_clock: bool = False) -> Worker:
    """Return the worker of this environment; where nothing may be executed it only observes.

    It watches all `machines`, unless told otherwise everywhere but on the embedded AWS. It executes
    nothing before the moment of the last worker, unless the clock of now is trusted.
    """
    own = written(settings, "worker")
    if trusts_clock:
        own.store.heartbeat.beat(clock())
    clients = Clients(lambda: executing_access(settings), metered(settings, "worker"))
    control = Control(
        effects=own.effects,
        runner=AwsRunner(clients),
        payloads=S3Payloads(
            clients, f"s3://{settings.bucket}/payloads", makes_bucket=settings.is_local
        ),
        keys=own.trust,
        audit=own.audit,
    )
    eyes = remembering(seeing(settings, "worker"), own.store)
    hands = Hands(own.store, eyes, control, place(settings))
    shelf = Shelf(own.archive, own.blobs, settings.keep_days)
    beat = pulse(settings)
    is_wide = not settings.is_local if machines is None else machines
    watches = watcher(settings, own, shelf, beat) if is_wide else None
    executor = f"worker:{os.getpid()}:{new_id()}"
    noted = Noted(settings.folder)
    beside = Beside(beat, watches, lambda: guessed(settings.keys_path, moment()), noted.new)
    return Worker(hands, shelf, executor, Steady(), settings.may_execute, beside)
