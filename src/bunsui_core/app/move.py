"""Move a whole store: out of one, into another, each step checked by digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from bunsui_core.domain.archived import Archived
from bunsui_core.domain.errors import NotFound, Refused, StoreDamaged, Unavailable
from bunsui_core.domain.moving import Kind, Lot, Manifest, Moved, Tally, line_of, lot_of, record_of
from bunsui_core.domain.plan import Place
from bunsui_core.ports.moving import Bundle, Packing, Records
from bunsui_core.ports.store import Blobs, Documents


@dataclass(frozen=True)
class Made:
    """Of which environment an export is, when it was made and by which bunsui."""

    place: Place
    at: datetime
    bunsui: str


def export(records: Records, documents: Documents, packing: Packing, made: Made) -> Manifest:
    """Export everything that is stored, and return what the export holds.

    Raises: Unavailable, StoreDamaged, Conflict when something of that name is there.
    """
    with records.snapshot():
        _must_be_whole(records)
        kept, damaged = _documents(records, documents, packing)
        lots = {kind: _packed(kind, records, packing, kept) for kind in Kind}
    manifest = Manifest(
        place=made.place,
        made_at=made.at,
        bunsui=made.bunsui,
        lots=lots,
        documents=tuple(sorted(kept)),
        damaged=damaged,
    )
    packing.seal(manifest)
    return manifest


def restore(bundle: Bundle, records: Records, blobs: Blobs, place: Place) -> Manifest:
    """Put everything that an export holds into a store, in place of what it holds.

    All of it is checked before anything is stored, and again as it is read back.
    Raises: Refused for an export of another account or region; StoreDamaged, Unavailable.
    """
    manifest = bundle.manifest()
    _must_fit(manifest, place)
    wanted = {kind: _checked(kind, bundle, manifest) for kind in Kind}
    for sha256 in manifest.documents:
        _put_document(sha256, bundle.document(sha256), blobs)
    with records.filling(manifest.digest):
        for kind in Kind:
            records.write(kind, _normal(kind, bundle.lines(kind)))
        with records.snapshot():
            for kind in Kind:
                _must_be_same(kind, wanted[kind], lot_of(records.read(kind)))
    return manifest


class Passing:
    """`Packing` and `Bundle` in one: what is read of one store is at once written to another."""

    def __init__(self, records: Records, documents: Documents) -> None:
        self._records = records
        self._documents = documents
        self._manifest: Manifest | None = None

    def add(self, kind: Kind, lines: Iterable[str]) -> None:
        """Count the records of a kind."""
        for _ in lines:
            continue

    def add_document(self, sha256: str, content: bytes) -> None:
        """Leave a document where it is until it is asked for."""

    def seal(self, manifest: Manifest) -> None:
        """Keep what was counted."""
        self._manifest = manifest

    def manifest(self) -> Manifest:
        """Return what was counted. Raises: NotFound before it was."""
        if self._manifest is None:
            raise NotFound("nothing was exported yet.", "Export it first.")
        return self._manifest

    def lines(self, kind: Kind) -> Iterator[str]:
        """Give the records of a kind as the store has them, without archives that were damaged."""
        whole = frozenset(self.manifest().documents)
        return _with_documents(kind, self._records.read(kind), whole)

    def document(self, sha256: str) -> bytes:
        """Return an archived document. Raises: StoreDamaged."""
        return self._documents.get(sha256)


def copy(source: Records, documents: Documents, to: tuple[Records, Blobs], made: Made) -> Manifest:
    """Copy one store into another, in place of what that one holds, and return what was copied.

    Raises: Unavailable, StoreDamaged.
    """
    passing = Passing(source, documents)
    with source.snapshot():
        export(_Held(source), documents, passing, made)
        return restore(passing, *to, made.place)


class _Held:
    """Records of which a snapshot is held already."""

    def __init__(self, records: Records) -> None:
        self.counts = records.counts
        self.unfinished = records.unfinished
        self.read = records.read
        self.filling = records.filling
        self.write = records.write

    def snapshot(self) -> AbstractContextManager[None]:
        """Hold nothing more."""
        return nullcontext()


def moved(path: str, manifest: Manifest, kept_aside: str = "") -> Moved:
    """Return what an export or import says of itself."""
    return Moved(
        path=path,
        digest=manifest.digest,
        place=manifest.place,
        counts={kind: lot.count for kind, lot in manifest.lots.items()},
        documents=len(manifest.documents),
        damaged=manifest.damaged,
        kept_aside=kept_aside,
    )


def held(counts: Mapping[Kind, int]) -> int:
    """Return how many records there are in all."""
    return sum(counts.values())


def _must_be_whole(records: Records) -> None:
    if found := records.unfinished():
        raise Unavailable(
            f"the import of the export {found[:12]} into this store was not finished.",
            "Run the import again; until then there is nothing whole to export.",
        )


def _documents(
    records: Records, documents: Documents, packing: Packing
) -> tuple[frozenset[str], int]:
    """Pack the documents of archives; those that cannot be read are counted."""
    named = {entry.sha256 for entry in _archives(records.read(Kind.ARCHIVES))}
    whole = set()
    for sha256 in sorted(named):
        try:
            content = documents.get(sha256)
        except (NotFound, StoreDamaged):
            continue
        packing.add_document(sha256, content)
        whole.add(sha256)
    return frozenset(whole), len(named) - len(whole)


def _archives(lines: Iterable[str]) -> Iterator[Archived]:
    return (Archived.model_validate_json(line) for line in lines)


def _packed(kind: Kind, records: Records, packing: Packing, kept: frozenset[str]) -> Lot:
    tally = Tally()
    lines = _with_documents(kind, records.read(kind), kept)
    packing.add(kind, (tally.add(line) for line in lines))
    return tally.lot


def _with_documents(kind: Kind, lines: Iterable[str], kept: frozenset[str]) -> Iterator[str]:
    """An archive without its document is none."""
    for line in lines:
        if kind is not Kind.ARCHIVES or Archived.model_validate_json(line).sha256 in kept:
            yield line


def _must_fit(manifest: Manifest, place: Place) -> None:
    theirs, ours = manifest.place, place
    if (theirs.account, theirs.region) != (ours.account, ours.region):
        raise Refused(
            f"the export is of account {theirs.account} in {theirs.region}, "
            f"this environment is {ours.account} in {ours.region}.",
            "Name the environment of that account with -e.",
        )


def _checked(kind: Kind, bundle: Bundle, manifest: Manifest) -> Lot:
    """Compare the records of a kind with the manifest, and return their lot as it is stored."""
    given, normal = Tally(), Tally()
    for line in bundle.lines(kind):
        normal.add(line_of(record_of(kind, given.add(line))))
    _must_be_same(kind, manifest.lots.get(kind, lot_of(())), given.lot)
    return normal.lot


def _normal(kind: Kind, lines: Iterable[str]) -> Iterator[str]:
    return (line_of(record_of(kind, line)) for line in lines)


def _must_be_same(kind: Kind, wanted: Lot, found: Lot) -> None:
    if wanted != found:
        raise StoreDamaged(
            f"{kind.value} are not what the export says: {found.count} with the digest "
            f"{found.digest[:12]} instead of {wanted.count} with {wanted.digest[:12]}.",
            "The import was not finished. Export it again.",
        )


def _put_document(sha256: str, content: bytes, blobs: Blobs) -> None:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StoreDamaged(
            f"the document {sha256[:12]} of the export is damaged.",
            "Nothing of it was taken. Export it again.",
        )
    blobs.put(content)
