"""A whole store, in files or in DynamoDB, as the person holds it who moves it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.control.store.records import DynamoRecords
from bunsui_core.adapters.aws.control.store.schema import create_store
from bunsui_core.adapters.aws.store.table import Table
from bunsui_core.adapters.local.connect import STORE_VERSION
from bunsui_core.adapters.local.control.records import LocalRecords
from bunsui_core.adapters.local.control.upgrading import version_of
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.failure import UNFINISHED
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.moving import StoreState
from bunsui_core.ports.moving import Records
from bunsui_core.ports.store import Blobs, Store
from bunsui_core.settings import Settings
from bunsui_core.wiring.seeing import local_access, profile_access
from bunsui_core.wiring.shared import Shared, shared_store
from bunsui_core.wiring.store import store
from bunsui_core.wiring.written import writer

TABLE_VERSION = 1
"""The version of the items of a table: there was no other one yet."""


@dataclass(frozen=True)
class Whole:
    """A store as a whole: its records, its documents, the ports over the same, and where it is."""

    records: Records
    blobs: Blobs
    store: Store
    where: str


def whole(settings: Settings, profile: str = "", makes: bool = True) -> Whole:
    """Return the whole store of an environment; one that is not there is made, where told.

    A table is reached as `profile`, or as the reading one. Raises: Unavailable, StoreDamaged.
    """
    return _table(settings, profile, makes) if settings.is_shared else files(settings, makes)


def files(settings: Settings, makes: bool = False) -> Whole:
    """Return the store in the files of an environment, also where its store is a table now.

    One into which an import was not finished is given too, to be imported into again.
    Raises: Unavailable when there is none, or it is of an older bunsui; StoreDamaged.
    """
    is_there = settings.store_path.exists()
    found = version_of(settings.store_path) if is_there or not makes else 0
    if makes and found != UNFINISHED:
        connection = writer(settings)
    elif found in (STORE_VERSION, UNFINISHED):
        connection = StoreWriter(settings.store_path, settings.account, settings.region)
    else:
        raise Unavailable(
            f"{settings.store_path} is of another version of bunsui.",
            "Run `bunsui store migrate` first.",
        )
    records = LocalRecords(connection, settings.inbox_path)
    kept = store(settings, connection)
    return Whole(records, FileBlobs(settings.blobs_path), kept, str(settings.store_path))


def state(settings: Settings, profile: str) -> StoreState:
    """Return where the store of an environment is, and of which version; not what it holds.

    Raises: Unavailable when there is none, StoreDamaged.
    """
    if settings.is_shared:
        where = f"table {settings.table} in {settings.account}, {settings.region}"
        kept, versions = f"s3://{settings.bucket}", (TABLE_VERSION, TABLE_VERSION)
    else:
        where, kept = str(settings.store_path), str(settings.blobs_path)
        versions = version_of(settings.store_path), STORE_VERSION
    is_current = versions[0] in (versions[1], UNFINISHED)
    unfinished = whole(settings, profile, makes=False).records.unfinished() if is_current else ""
    return StoreState(
        kind=settings.store.value,
        where=where,
        documents_where=kept,
        version=versions[1] if unfinished else versions[0],
        known_version=versions[1],
        unfinished=unfinished,
        counts={},
        archive=None,
    )


def _table(settings: Settings, profile: str, makes: bool) -> Whole:
    clients = Clients(lambda: _access(settings, profile))
    table = Table(clients, settings.table, settings.account, settings.region)
    kept = Shared(clients, table, settings.bucket)
    if makes and settings.is_local:
        create_store(clients, table.name, kept.bucket, settings.region)
    records = DynamoRecords(kept.bodies, kept.asked)
    return Whole(records, kept.blobs, shared_store(kept), f"table {table.name}")


def _access(settings: Settings, profile: str) -> Access:
    if settings.is_local:
        return local_access(settings, "mover", reading=False)
    chosen = profile or settings.read_profile
    return replace(profile_access(settings.account, settings.region, chosen), reading=False)
