"""The composition root of a person who looks at a whole store, or moves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from bunsui_core.adapters.local.bundle import FolderPacking, StoredBundle
from bunsui_core.adapters.local.connect import STORE_VERSION
from bunsui_core.adapters.local.control.records import LocalRecords
from bunsui_core.adapters.local.control.upgrading import set_aside, upgrade, version_of
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.failure import UNFINISHED
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.app.move import Made, export, held, moved, restore
from bunsui_core.app.retain import judged
from bunsui_core.domain.archived import Archived
from bunsui_core.domain.errors import BunsuiError, Conflict, NotFound, Refused, Unavailable
from bunsui_core.domain.moving import (
    Kind,
    Manifest,
    Migrated,
    Moved,
    Shelving,
    StoreState,
    record_of,
)
from bunsui_core.domain.retention import is_old_before
from bunsui_core.ports.moving import Bundle, Records
from bunsui_core.ports.store import Blobs, Store
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import place, store

AT_WORK = timedelta(seconds=60)
"""A worker that was seen within this time is taken to be at work."""


@dataclass(frozen=True)
class Whole:
    """A store as a whole: its records, its documents, and the ports over the same."""

    records: Records
    blobs: Blobs
    store: Store


def whole(settings: Settings) -> Whole:
    """Return the whole store of an environment, which is made when it is not there.

    One into which an import was not finished is given too, to be imported into again.
    """
    is_left = settings.store_path.exists() and version_of(settings.store_path) == UNFINISHED
    connection = _writer(settings) if is_left else writer(settings)
    records = LocalRecords(connection, settings.inbox_path)
    return Whole(records, FileBlobs(settings.blobs_path), store(settings, connection))


def store_status(settings: Settings) -> StoreState:
    """Return what the store of an environment holds, whatever its version.

    Raises: Unavailable when there is none, StoreDamaged.
    """
    found = version_of(settings.store_path)
    state = StoreState(
        kind="sqlite",
        where=str(settings.store_path),
        documents_where=str(settings.blobs_path),
        version=found,
        known_version=STORE_VERSION,
        unfinished="",
        counts={},
        archive=None,
    )
    connection = _writer(settings)
    records = LocalRecords(connection, settings.inbox_path)
    if unfinished := records.unfinished():
        return state.model_copy(update={"unfinished": unfinished})
    if found != STORE_VERSION:
        return state
    counts = dict(records.counts())
    shelving = _shelving(store(settings, connection), records, settings.keep_days, clock())
    return state.model_copy(update={"counts": counts, "archive": shelving})


def migrate(settings: Settings) -> Migrated:
    """Bring the store of an environment up to date, with a copy of it as it was.

    Raises: Unavailable when there is none, StoreDamaged, StoreNewer.
    """
    files = tuple(p for p in (settings.store_path, settings.inbox_path) if p.exists())
    found = version_of(settings.store_path)
    copies = [set_aside(path, found) for path in files] if found < STORE_VERSION else []
    digest = upgrade(settings.store_path, settings.inbox_path)
    return Migrated(
        where=str(settings.folder),
        from_version=found,
        to_version=STORE_VERSION,
        digest=digest,
        kept_aside=", ".join(str(copy) for copy in copies),
    )


def export_to(settings: Settings, path: Path) -> Moved:
    """Export the store of an environment. Raises: Conflict, Unavailable, StoreDamaged."""
    if version_of(settings.store_path) != STORE_VERSION:
        raise Unavailable(
            f"{settings.store_path} is of another version of bunsui.",
            "Run `bunsui store migrate` first.",
        )
    return _export(whole(settings), path, settings)


def import_from(settings: Settings, path: Path, replace: bool) -> Moved:
    """Import an export into the store of an environment.

    What it takes the place of is exported beside it first. Raises: Refused for an export of
    another account; Conflict when something is stored or a worker is at work; StoreDamaged.
    """
    target, bundle = whole(settings), StoredBundle(path)
    aside = ""
    if not _is_same_again(target.records, bundle):
        _must_be_idle(target.store, clock())
        if held(target.records.counts()):
            aside = _set_aside(target, settings, replace)
    manifest = restore(bundle, target.records, target.blobs, place(settings))
    return moved(str(path), manifest, aside)


def new_trust(settings: Settings, path: Path) -> tuple[str, ...]:
    """Return, a sentence each, whom and what an import would trust that is not trusted now.

    Raises: NotFound, BadInput, StoreDamaged, Unavailable.
    """
    bundle, records = StoredBundle(path), whole(settings).records
    known: dict[Kind, set[str]] = {Kind.APPROVERS: set(), Kind.POLICIES: set()}
    if not records.unfinished():
        known = {kind: set(records.read(kind)) for kind in known}
    return tuple(_told(known, bundle))


def _writer(settings: Settings) -> StoreWriter:
    return StoreWriter(settings.store_path, settings.account, settings.region)


def _told(known: Mapping[Kind, set[str]], bundle: Bundle) -> Iterator[str]:
    for line in bundle.lines(Kind.APPROVERS):
        if line not in known[Kind.APPROVERS]:
            told = record_of(Kind.APPROVERS, line).model_dump()
            is_revoked = " (revoked)" if told["revoked_at"] else ""
            yield f"approver {told['name']} with the key {told['key_id']}{is_revoked}"
    for line in bundle.lines(Kind.POLICIES):
        if line not in known[Kind.POLICIES]:
            yield f"the policy of key {record_of(Kind.POLICIES, line).model_dump()['key_id']}"


def _is_same_again(records: Records, bundle: Bundle) -> bool:
    """Whether an import of this very export was begun here and not finished."""
    unfinished = records.unfinished()
    if unfinished and unfinished != bundle.manifest().digest:
        raise Refused(
            f"the import of another export ({unfinished[:12]}) was not finished here.",
            "Import that one first; what it was to replace is beside the store.",
        )
    return bool(unfinished)


def _must_be_idle(kept: Store, now: datetime) -> None:
    beat = kept.heartbeat.last()
    if beat and now - beat.at < AT_WORK:
        raise Conflict(
            "a worker is at work on this store.",
            "Stop it, and import a minute later.",
        )


def _set_aside(target: Whole, settings: Settings, replace: bool) -> str:
    counts = target.records.counts()
    if not replace:
        raise Conflict(
            f"this store holds {held(counts)} things already, {counts[Kind.SESSIONS]} of them "
            "sessions.",
            "Add --replace to put the export in their place; they are exported beside it first.",
        )
    aside = settings.folder / f"replaced-{clock():%Y%m%dT%H%M%SZ}.tar"
    _export(target, aside, settings)
    return str(aside)


def _export(source: Whole, path: Path, settings: Settings) -> Moved:
    made = Made(place(settings), clock(), version("bunsui"))
    with closing(FolderPacking(path)) as packing:
        manifest: Manifest = export(source.records, source.blobs, packing, made)
    return moved(str(path), manifest)


def _shelving(kept: Store, records: Records, keep_days: int, now: datetime) -> Shelving:
    entries = tuple(Archived.model_validate_json(line) for line in records.read(Kind.ARCHIVES))
    than = is_old_before(now, keep_days)
    old = tuple(entry for entry in entries if than and entry.at < than)
    why = Counter(why for _, why in judged(old, kept, now))
    return Shelving(
        executions=len(entries),
        bytes=sum(_length(entry, kept) for entry in entries),
        oldest_at=min((entry.at for entry in entries), default=None),
        keep_days=keep_days,
        due=why.pop("", 0),
        staying=dict(why),
    )


def _length(entry: Archived, kept: Store) -> int:
    """What an older bunsui archived does not say how long it is."""
    if entry.length:
        return entry.length
    with suppress(NotFound, BunsuiError):
        return len(kept.documents.get(entry.sha256))
    return 0
