"""Whether a record is one chain, entry by entry, and where it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from bunsui_core.domain.audit import GENESIS, Anchor, AuditEntry, AuditRow
from bunsui_core.domain.plan import Place
from bunsui_core.domain.value import Instant, Value

MOST_FINDINGS = 1000
"""How many findings are told one by one; more are counted."""


class Weight(StrEnum):
    """What a finding says: the record was changed, or something that it does not explain."""

    BROKEN = "broken"
    NOTE = "note"


class Finding(Value):
    """Something that a record does not bear out; `seq` is 0 where it is about no entry."""

    seq: int
    subject: str
    weight: Weight
    text: str


class Verification(Value):
    """What a verification of a record found.

    It holds when nothing that was found breaks it. `anchored` is the newest entry that a signed
    decision or the anchor names: up to there nobody can have rewritten the record unseen. What
    came after it can have been cut off. `looked_at` are the executions that AWS was asked about;
    nothing when it was not.
    """

    place: Place
    holds: bool
    entries: int
    head: str
    first_at: Instant | None = None
    last_at: Instant | None = None
    decisions: int = 0
    signatures: int = 0
    trust_changes: int = 0
    effects: int = 0
    anchored: int = 0
    anchor: int = 0
    looked_at: int | None = None
    findings: tuple[Finding, ...] = ()
    more: int = 0


@dataclass
class Findings:
    """Gathers findings, and counts what is too much to be told."""

    told: list[Finding] = field(default_factory=list)
    more: int = 0

    @property
    def break_nothing(self) -> bool:
        """Whether the record holds all the same."""
        return not self.more and all(one.weight is not Weight.BROKEN for one in self.told)

    def add(self, seq: int, subject: str, text: str, weight: Weight = Weight.BROKEN) -> None:
        """Keep a finding."""
        if len(self.told) >= MOST_FINDINGS:
            self.more += 1
        else:
            self.told.append(Finding(seq=seq, subject=subject, weight=weight, text=text))


@dataclass
class Chain:
    """Follows a record from its first entry; `places` has the place of every digest in it."""

    findings: Findings = field(default_factory=Findings)
    places: dict[str, int] = field(default_factory=dict)
    count: int = 0
    seq: int = 0
    head: str = GENESIS
    first: AuditEntry | None = None
    last: AuditEntry | None = None

    def follow(self, rows: Iterable[AuditRow]) -> Iterable[AuditEntry]:
        """Check the next rows and give the entries that can be read."""
        for row in rows:
            entry = row.entry
            self._follow(row, entry)
            if entry:
                yield entry

    def anchored_at(self, anchor: Anchor) -> int:
        """Return the anchor's place, or 0 with a finding when the record does not have it there."""
        if self.places.get(anchor.digest) == anchor.seq or (anchor.seq, anchor.digest) == _NOTHING:
            return anchor.seq
        if anchor.seq > self.seq:
            text = (
                f"the record ends at entry {self.seq}, and the anchor was taken at entry "
                f"{anchor.seq}: what came last was cut off"
            )
        else:
            text = "this entry is not the one that stood here when the anchor was taken"
        self.findings.add(anchor.seq, "", text)
        return 0

    def _follow(self, row: AuditRow, entry: AuditEntry | None) -> None:
        self.count += 1
        if row.seq != self.seq + 1:
            self.findings.add(row.seq, "", _missing(self.seq + 1, row.seq - 1))
        elif entry and self.head and entry.prev != self.head:
            self.findings.add(entry.seq, entry.subject, _unlinked(row.seq))
        self.seq = row.seq
        if entry is None:
            self.findings.add(row.seq, "", "it does not read as an entry")
            self.head = ""
            return
        if row.filed and row.filed != (entry.kind, entry.subject, entry.body_digest):
            self.findings.add(row.seq, entry.subject, "it is not filed under what it says")
        if entry.seq != row.seq:
            self.findings.add(row.seq, entry.subject, f"entry {entry.seq} stands in its place")
        self.head = entry.digest
        self.places[self.head] = row.seq
        self.first, self.last = self.first or entry, entry


_NOTHING = 0, GENESIS
"""What an anchor says that was taken of an empty record."""


def _missing(first: int, last: int) -> str:
    if last < first:
        return "its place is taken twice, or comes too early"
    return (
        f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"
    )


def _unlinked(seq: int) -> str:
    if seq == 1:
        return "the first entry names one before it"
    return f"it does not carry the digest of entry {seq - 1}: one of the two was changed"
