"""The record as it is listed and shown, entry by entry."""

from __future__ import annotations

from bunsui_core.domain.audit import GENESIS, Anchor, AuditEntry, AuditRow
from bunsui_core.domain.value import Value


class AuditLine(Value):
    """A place of the record: its entry with its digest, or nothing where none can be read."""

    seq: int
    entry: AuditEntry | None
    digest: str


class AuditPage(Value):
    """Entries of the record, newest first; `more` if not all."""

    items: tuple[AuditLine, ...]
    more: bool = False


class Exported(Value):
    """What was written: the record or the evidence of a request, up to which entry of the record.

    `files` are those in a bundle, and `sha256` is of the bundle as a whole.
    """

    path: str
    anchor: str
    entries: Anchor
    files: tuple[str, ...] = ()
    sha256: str = ""


class ShownEntry(Value):
    """One entry, and whether it and the next one hold on to what is before them.

    Nothing holds on to the newest one yet.
    """

    line: AuditLine
    is_newest: bool
    follows: bool
    is_followed: bool


def line_of(row: AuditRow) -> AuditLine:
    """Return what stands at a place of the record."""
    entry = row.entry
    return AuditLine(seq=row.seq, entry=entry, digest=entry.digest if entry else "")


def shown(row: AuditRow, before: AuditRow | None, behind: AuditRow | None) -> ShownEntry:
    """Return an entry beside its neighbours; the newest one is followed by nothing, which holds."""
    own = line_of(row)
    prev = line_of(before).digest if before else GENESIS if row.seq == 1 else ""
    entry, behind_it = own.entry, behind.entry if behind else None
    is_placed = bool(entry and entry.seq == row.seq)
    return ShownEntry(
        line=own,
        is_newest=behind is None,
        follows=bool(is_placed and prev and entry and entry.prev == prev),
        is_followed=behind is None or bool(behind_it and own.digest == behind_it.prev),
    )
