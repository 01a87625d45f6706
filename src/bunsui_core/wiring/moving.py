"""The composition root of a person who looks at a whole store, or moves it."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, suppress
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from bunsui_core.adapters.local.bundle import FolderPacking, StoredBundle
from bunsui_core.adapters.local.connect import STORE_VERSION
from bunsui_core.adapters.local.control.upgrading import set_aside, upgrade, version_of
from bunsui_core.adapters.local.exports import note_export, this_user
from bunsui_core.app.move import Made, Passing, export, held, moved, restore
from bunsui_core.app.retain import judged
from bunsui_core.domain.archived import Archived
from bunsui_core.domain.audit import Export
from bunsui_core.domain.errors import BunsuiError, Conflict, NotFound, Refused
from bunsui_core.domain.moving import (
    Kind,
    Manifest,
    Migrated,
    Moved,
    Shelving,
    StoreState,
)
from bunsui_core.domain.retention import is_old_before
from bunsui_core.domain.trusting import Expected
from bunsui_core.ports.moving import Bundle, Records
from bunsui_core.ports.store import Store
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.store import place
from bunsui_core.wiring.vouched import Lines, new_policy, newly_trusted, trust_of
from bunsui_core.wiring.whole import Whole, files, state, whole

AT_WORK = timedelta(seconds=60)
"""A worker that was seen within this time is taken to be at work."""


def store_status(settings: Settings, profile: str = "") -> StoreState:
    """Return what the store of an environment holds, whatever its version.

    Raises: Unavailable when there is none, StoreDamaged.
    """
    found = state(settings, profile)
    if found.unfinished or found.version != found.known_version:
        return found
    known = whole(settings, profile, makes=False)
    with known.records.snapshot():
        counts = dict(known.records.counts())
        shelving = _shelving(known.store, known.records, settings.keep_days, clock())
    return found.model_copy(update={"counts": counts, "archive": shelving})


def upgraded(settings: Settings) -> Migrated:
    """Bring the files of an environment up to date, with a copy of each as it was.

    Raises: Unavailable when there are none, StoreDamaged, StoreNewer.
    """
    found = version_of(settings.store_path)
    there = tuple(p for p in (settings.store_path, settings.inbox_path) if p.exists())
    copies = [set_aside(path, found) for path in there] if found < STORE_VERSION else []
    digest = upgrade(settings.store_path, settings.inbox_path)
    return Migrated(
        where=str(settings.folder),
        from_version=found,
        to_version=STORE_VERSION,
        digest=digest,
        kept_aside=", ".join(str(copy) for copy in copies),
    )


def export_to(settings: Settings, path: Path, profile: str = "") -> Moved:
    """Export the store of an environment. Raises: Conflict, Unavailable, StoreDamaged."""
    return _export(whole(settings, profile, makes=False), path, settings)


def import_of(path: Path, settings: Settings, profile: str = "") -> Import:
    """Return the import of an export into the store of an environment.

    Raises: NotFound, BadInput when it is none.
    """
    return Import(StoredBundle(path), settings, profile)


def import_of_files(settings: Settings, profile: str = "") -> Import:
    """Return the import of what the files of an environment hold into its table.

    Raises: Unavailable when there are none, or they are of an older bunsui; StoreDamaged.
    """
    source = files(settings)
    passing = Passing(source.records, source.blobs)
    export(source.records, source.blobs, passing, _made(settings))
    return Import(passing, settings, profile)


class Import:
    """An export that is about to be put into the store of an environment."""

    def __init__(self, bundle: Bundle, settings: Settings, profile: str) -> None:
        self._bundle = bundle
        self._settings = settings
        self._target = whole(settings, profile)

    def new_trust(self) -> tuple[str, ...]:
        """Return, a sentence each, whom and what it would trust that is not trusted now.

        Raises: StoreDamaged, Unavailable.
        """
        there, ours = self._target.records.read, self._settings
        known: Lines = _nothing if self._target.records.unfinished() else there
        given = self._bundle.lines
        expected = Expected(ours.account, ours.region)
        now, then = trust_of(known, expected), trust_of(given, expected)
        policies = new_policy(known(Kind.POLICIES), given(Kind.POLICIES))
        return (*newly_trusted(now, then), *policies)

    def run(self, replace: bool) -> Moved:
        """Put all of it into the store; what it takes the place of is exported beside it first.

        Raises: Refused for an export of another account; Conflict when something is stored or a
        worker is at work; StoreDamaged, Unavailable.
        """
        target, aside = self._target, ""
        if not self._is_begun(replace):
            _must_be_idle(target.store, clock())
            if held(target.records.counts()):
                aside = _set_aside(target, self._settings, replace)
        manifest = restore(self._bundle, target.records, target.blobs, place(self._settings))
        return moved(target.where, manifest, aside)

    def _is_begun(self, replace: bool) -> bool:
        """Whether an import was begun here and not finished: of this export, or of any if told."""
        unfinished = self._target.records.unfinished()
        if unfinished and not replace and unfinished != self._bundle.manifest().digest:
            raise Refused(
                f"the import of another export ({unfinished[:12]}) was not finished here.",
                "Import that one again, or give it up with --replace.",
            )
        return bool(unfinished)


def _nothing(_kind: Kind) -> tuple[str, ...]:
    return ()


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
    aside = settings.folder / f"replaced-{clock():%Y%m%dT%H%M%S%fZ}.tar"
    _export(target, aside, settings)
    return str(aside)


def _export(source: Whole, path: Path, settings: Settings) -> Moved:
    with closing(FolderPacking(path)) as packing:
        manifest: Manifest = export(source.records, source.blobs, packing, _made(settings))
    taken = Export(what="store", by=this_user(), digest=manifest.digest, at=clock())
    note_export(settings.folder, taken)
    return moved(str(path), manifest)


def _made(settings: Settings) -> Made:
    return Made(place(settings), clock(), version("bunsui"))


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
