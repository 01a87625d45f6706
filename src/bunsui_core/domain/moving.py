"""Everything that a store holds, kind by kind, and the manifest that says it is whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, ValidationError

from bunsui_core.domain.approval import Effect, Request, SignedDecision, Withdrawal
from bunsui_core.domain.archived import Archived
from bunsui_core.domain.audit import AuditEntry
from bunsui_core.domain.canonical import canonical_json, digest
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.errors import StoreDamaged
from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.machine import Sighting, WatchedMachine
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import Place
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.searchable import said_by
from bunsui_core.domain.session import Session
from bunsui_core.domain.trust import Approver, SignedTrustChange
from bunsui_core.domain.value import Instant, Value

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""The digest of a document, in hex."""

FORMAT = 1
"""The version of the layout of an export."""


class Kind(StrEnum):
    """What a store holds, in the order in which it is written: what names others comes last."""

    PIPELINES = "pipelines"
    MACHINES = "machines"
    SIGHTINGS = "sightings"
    WATCHES = "watches"
    OUTCOMES = "outcomes"
    ARCHIVES = "archives"
    DIAGNOSES = "diagnoses"
    APPROVERS = "approvers"
    TRUST_CHANGES = "trust_changes"
    POLICIES = "policies"
    AUDIT = "audit"
    EFFECTS = "effects"
    DECISIONS = "decisions"
    SESSIONS = "sessions"
    WITHDRAWALS = "withdrawals"
    REQUESTS = "requests"


class KeptSession(Value):
    """A session, and what its jobs said before redrives made them forget it."""

    session: Session
    said: str = ""


Record: TypeAlias = (
    Pipeline
    | WatchedMachine
    | Sighting
    | Watch
    | Outcome
    | Archived
    | Diagnosis
    | Approver
    | SignedTrustChange
    | SignedPolicy
    | AuditEntry
    | Effect
    | SignedDecision
    | KeptSession
    | Withdrawal
    | Request
)
"""One thing that a store holds."""

RECORDS: Mapping[Kind, type[Record]] = {
    Kind.PIPELINES: Pipeline,
    Kind.MACHINES: WatchedMachine,
    Kind.SIGHTINGS: Sighting,
    Kind.WATCHES: Watch,
    Kind.OUTCOMES: Outcome,
    Kind.ARCHIVES: Archived,
    Kind.DIAGNOSES: Diagnosis,
    Kind.APPROVERS: Approver,
    Kind.TRUST_CHANGES: SignedTrustChange,
    Kind.POLICIES: SignedPolicy,
    Kind.AUDIT: AuditEntry,
    Kind.EFFECTS: Effect,
    Kind.DECISIONS: SignedDecision,
    Kind.SESSIONS: KeptSession,
    Kind.WITHDRAWALS: Withdrawal,
    Kind.REQUESTS: Request,
}
"""What the records of a kind are."""


class Lot(Value):
    """How many records of a kind there are, and a digest that does not depend on their order."""

    count: int
    digest: str


class Manifest(Value):
    """What an export holds: whose it is, and what must be in it for it to be whole.

    `documents` are the digests of the archived documents; `damaged` is how many archives could
    not be exported because their documents cannot be read.
    """

    format: Literal[1] = 1
    place: Place
    made_at: Instant
    bunsui: str
    lots: dict[Kind, Lot]
    documents: tuple[Sha256, ...]
    damaged: int = 0

    @property
    def digest(self) -> str:
        """The digest of all that is in it, whenever it was made."""
        content = {"place", "lots", "documents"}
        return digest(
            "bunsui/export/v1", canonical_json(self.model_dump(mode="json", include=content))
        )


class Tally:
    """Counts the records of one kind and digests them."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []

    def add(self, line: str) -> str:
        """Count a line and give it back."""
        self._lines.append(hashlib.sha256(line.encode()).digest())
        return line

    @property
    def lot(self) -> Lot:
        """What was counted so far."""
        whole = hashlib.sha256(b"".join(sorted(self._lines))).hexdigest()
        return Lot(count=len(self._lines), digest=whole)


def lot_of(lines: Iterable[str]) -> Lot:
    """Return how many lines there are, and their digest."""
    tally = Tally()
    for line in lines:
        tally.add(line)
    return tally.lot


def line_of(record: Record) -> str:
    """Return a record as one line of JSON; the same record always gives the same line."""
    return record.model_dump_json()


def record_of(kind: Kind, line: str) -> Record:
    """Return the record that a line holds. Raises: StoreDamaged when it holds none of its kind."""
    try:
        found = RECORDS[kind].model_validate_json(line)
        return kept(found.session, found.said) if isinstance(found, KeptSession) else found
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(
            f"a line of {kind.value} does not read as one: {where} {first['msg']}.",
            "It was changed, or a newer bunsui wrote it: export it again, or upgrade.",
        ) from error


def kept(session: Session, said: str) -> KeptSession:
    """Return a session with all that its jobs said, now and before."""
    return KeptSession(session=session, said=said_by(session, before=said))


class Moved(Value):
    """What was exported, imported or copied, and that both sides hold the same."""

    path: str
    digest: str
    place: Place
    counts: dict[Kind, int]
    documents: int
    damaged: int = 0
    kept_aside: str = ""


class Shelving(Value):
    """What is archived, for how long, and what of it is old: what goes, and why the rest stays."""

    executions: int
    bytes: int
    oldest_at: Instant | None
    keep_days: int
    due: int
    staying: dict[str, int]


class StoreState(Value):
    """Where a store is, what it holds, and whether it is whole and of this bunsui's version.

    `unfinished` is the digest of an import that was begun and not ended.
    """

    kind: str
    where: str
    documents_where: str
    version: int
    known_version: int
    unfinished: str
    counts: dict[Kind, int]
    archive: Shelving | None


class Migrated(Value):
    """A store that was brought up to date: from which version, and that nothing was lost.

    `moved` is what went from its files into its table, where the environment has one.
    """

    where: str
    from_version: int
    to_version: int
    digest: str
    kept_aside: str
    moved: Moved | None = None
