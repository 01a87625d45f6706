"""What one actor remembers, over that actor's own connection."""

from __future__ import annotations

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.indexing import LocalIndex
from bunsui_core.adapters.local.requests import LocalRequests
from bunsui_core.adapters.local.rules import LocalRules
from bunsui_core.adapters.local.sessions import LocalSessions
from bunsui_core.adapters.local.store import (
    LocalArchive,
    LocalDiagnoses,
    LocalHeartbeat,
    LocalOutcomes,
    LocalPipelines,
)
from bunsui_core.adapters.local.watching import LocalWatches
from bunsui_core.domain.plan import Place
from bunsui_core.ports.store import Store
from bunsui_core.settings import Settings


def place(settings: Settings) -> Place:
    """Return the one environment that this process serves."""
    return Place(environment=settings.environment, account=settings.account, region=settings.region)


def reader(settings: Settings) -> StoreReader:
    """Return a connection that can read the store and nothing else."""
    return StoreReader(settings.store_path, settings.account, settings.region)


def read_store(settings: Settings) -> Store:
    """Return everything remembered as an agent's process may see it; in it can be asked."""
    if settings.is_shared:
        # Not at the top: listing what is in files needs nothing of AWS, and waits for none of it.
        from bunsui_core.wiring.shared import shared, shared_store

        return shared_store(shared(settings, "agent"))
    return store(settings, reader(settings))


def store(settings: Settings, connection: StoreReader) -> Store:
    """Return everything remembered, as that connection may see or write it."""
    return Store(
        requests=LocalRequests(connection, settings.inbox_path),
        pipelines=LocalPipelines(connection),
        sessions=LocalSessions(connection),
        diagnoses=LocalDiagnoses(connection),
        outcomes=LocalOutcomes(connection),
        heartbeat=LocalHeartbeat(connection),
        index=LocalIndex(connection),
        watches=LocalWatches(connection),
        archive=LocalArchive(connection),
        documents=FileBlobs(settings.blobs_path),
        rules=LocalRules(connection),
    )
