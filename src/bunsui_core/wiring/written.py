"""The store as the worker and a human's desk hold it: to read and write, wherever it is."""

from __future__ import annotations

import os
from dataclasses import dataclass

from bunsui_core.adapters.aws.control.store.audit import DynamoAudit
from bunsui_core.adapters.aws.control.store.decisions import DynamoDecisions
from bunsui_core.adapters.aws.control.store.effects import DynamoEffects
from bunsui_core.adapters.aws.control.store.records import DynamoRecords
from bunsui_core.adapters.aws.control.store.schema import create_store
from bunsui_core.adapters.aws.control.store.seat import DynamoSeat
from bunsui_core.adapters.aws.control.store.trust import DynamoTrust
from bunsui_core.adapters.aws.store.remembered import DynamoArchive
from bunsui_core.adapters.aws.store.watching import DynamoSightings
from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.decisions import LocalDecisions
from bunsui_core.adapters.local.control.effects import LocalEffects
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.trust import LocalTrust
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.failure import unusable
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.seat import LocalSeat
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.adapters.local.watching import LocalSightings
from bunsui_core.domain.errors import Unavailable
from bunsui_core.ports.control import Audit, Decisions, Effects, Trust, TrustList
from bunsui_core.ports.store import Archive, Blobs, Store
from bunsui_core.ports.watch import Seat, Sightings
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.nature import new_id
from bunsui_core.wiring.shared import shared, shared_store
from bunsui_core.wiring.store import store
from bunsui_core.wiring.trusted import verifying


@dataclass(frozen=True)
class Written:
    """Everything that is remembered, to write; credentials or files decide what of it may be.

    Nothing of it can sign.
    """

    store: Store
    decisions: Decisions
    effects: Effects
    audit: Audit
    listed: TrustList
    trust: Trust
    archive: Archive
    blobs: Blobs
    sightings: Sightings
    seat: Seat


def written(settings: Settings, actor: str) -> Written:
    """Return the store of an environment as a worker or an approver holds it.

    Files are made when they are not there, and so are table and bucket in the embedded AWS.
    Raises: Unavailable, NotAuthorised, StoreDamaged, StoreNewer.
    """
    return _shared(settings, actor) if settings.is_shared else _files(settings)


def writer(settings: Settings) -> StoreWriter:
    """Return a connection that writes the store's file, which is made when it is not there."""
    make_folders(settings)
    create(settings.store_path, settings.inbox_path)
    return StoreWriter(settings.store_path, settings.account, settings.region)


def make_folders(settings: Settings) -> None:
    """Make the folders of an environment, each for its owner only. Raises: Unavailable."""
    try:
        for folder in (settings.home, settings.folder.parent, settings.folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(settings.store_path, error) from error


def _files(settings: Settings) -> Written:
    connection = writer(settings)
    audit, listed = LocalAudit(connection), LocalTrust(connection)
    return Written(
        store=store(settings, connection),
        decisions=LocalDecisions(connection),
        effects=LocalEffects(connection),
        audit=audit,
        listed=listed,
        trust=verifying(settings, listed, audit),
        archive=LocalArchive(connection),
        blobs=FileBlobs(settings.blobs_path),
        sightings=LocalSightings(connection),
        seat=LocalSeat(settings.folder / "watching.lock"),
    )


def _shared(settings: Settings, actor: str) -> Written:
    make_folders(settings)
    kept = shared(settings, actor)
    table = kept.table
    if settings.is_local:
        create_store(kept.clients, table.name, kept.bucket, settings.region)
    if DynamoRecords(kept.bodies, kept.asked).unfinished():
        raise Unavailable(
            f"an import into the table {table.name} was not finished, so it is not whole.",
            "Run the same `bunsui store import` again.",
        )
    audit, listed = DynamoAudit(table), DynamoTrust(table)
    return Written(
        store=shared_store(kept),
        decisions=DynamoDecisions(kept.asked),
        effects=DynamoEffects(table),
        audit=audit,
        listed=listed,
        trust=verifying(settings, listed, audit),
        archive=DynamoArchive(table),
        blobs=kept.blobs,
        sightings=DynamoSightings(table),
        seat=DynamoSeat(table, f"{os.getpid()}:{new_id()}", clock),
    )
