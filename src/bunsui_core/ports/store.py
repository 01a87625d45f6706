"""What bunsui remembers. Requests are the only thing an agent may write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bunsui_core.domain.answer import Beat, Placed, SessionFilter, SessionPage
from bunsui_core.domain.approval import Effect, Request, SignedDecision, Withdrawal
from bunsui_core.domain.archived import Archived as Archived
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.freshness import Blind
from bunsui_core.domain.group import GroupBy, SessionGroups
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.policy import Pending
from bunsui_core.domain.searchable import Side
from bunsui_core.domain.session import Session
from bunsui_core.domain.value import Instant
from bunsui_core.ports.watch import Watches


class Requests(Protocol):
    """What was asked; and, to read only, what humans and the executor wrote about it."""

    def submit(self, request: Request) -> Request:
        """Store a request once; the same id again returns the stored one.

        Raises: Conflict when the id is taken by another plan or asker.
        """
        ...

    def withdraw(self, withdrawal: Withdrawal) -> Request:
        """Record once that a request was taken back, and return the request. Raises: NotFound."""
        ...

    def get(self, request_id: str) -> Request:
        """Return a request, with its withdrawal if its asker took it back. Raises: NotFound."""
        ...

    def newest(
        self, limit: int, about: str = "", now: Instant | None = None
    ) -> tuple[Request, ...]:
        """Return the newest requests, newest first; those of them about a session if it is named.

        When a request was asked is its asker's claim. With `now`, none claims a later time, and
        nobody's are hidden by how many another asks: each who asks has a share of what is fresh.
        Whether a request is really about it is the caller's to look at.
        """
        ...

    def decisions(self, request_id: str) -> tuple[SignedDecision, ...]:
        """Return the recorded decisions, oldest first."""
        ...

    def effect(self, request_id: str) -> Effect | None:
        """Return what the executor did, if it began."""
        ...


class Pipelines(Protocol):
    """Known pipelines, by name."""

    def put(self, pipeline: Pipeline) -> None:
        """Store a pipeline as the current version of its name."""
        ...

    def get(self, name: str) -> Pipeline:
        """Return the current version. Raises: NotFound."""
        ...

    def names(self) -> tuple[str, ...]:
        """Return all names, sorted."""
        ...


class Sessions(Protocol):
    """Sessions, each stored under a version."""

    def save(self, session: Session) -> Session:
        """Store a session over the version before it and return it with its new version.

        Raises: Conflict when another writer stored that version first.
        """
        ...

    def get(self, session_id: str) -> Session:
        """Return a session. Raises: NotFound."""
        ...

    def page(self, wanted: SessionFilter, limit: int, cursor: str) -> SessionPage:
        """Return one page. Raises: BadInput for a cursor that does not fit the filter."""
        ...

    def window(self, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
        """Return lines from anywhere in the list, failed sessions first, then running ones.

        Within a status the newest is first. Raises: BadInput for a window that cannot be.
        """
        ...

    def place(self, wanted: SessionFilter, session_id: str) -> Placed | None:
        """Return where a window has a session, if it is wanted."""
        ...

    def open_ids(self) -> tuple[str, ...]:
        """Return the ids of all sessions that are not over, paused ones included, oldest first."""
        ...


class Groups(Protocol):
    """Sessions by what they have in common."""

    def of(self, wanted: SessionFilter, by: GroupBy) -> SessionGroups:
        """Return wanted sessions by pipeline, or the failed ones of them by error."""
        ...


class Diagnoses(Protocol):
    """What was found out about failed jobs."""

    def put(self, diagnosis: Diagnosis) -> None:
        """Store a diagnosis for its session, job, attempt and redrive count."""
        ...

    def get(self, session_id: str, job: str) -> Diagnosis | None:
        """Return the newest diagnosis of a job, if there is one."""
        ...

    def similar(self, fingerprint: str, limit: int) -> tuple[Diagnosis, ...]:
        """Return the diagnoses of that fingerprint, newest first."""
        ...


class Index(Protocol):
    """What searches for values go through."""

    def keys(self, side: Side) -> tuple[str, ...]:
        """Return the keys under which inputs or outputs hold values, sorted, up to some hundreds.

        Keys are folded, as they are compared.
        """
        ...

    def fill(self, limit: int) -> int:
        """Make known at most so many sessions and diagnoses that an older bunsui stored.

        Return how many are left.
        """
        ...


class Outcomes(Protocol):
    """What followed executed plans."""

    def put(self, outcome: Outcome) -> None:
        """Store an outcome once per request."""
        ...

    def all(self) -> tuple[Outcome, ...]:
        """Return every outcome, oldest first."""
        ...


class Blobs(Protocol):
    """Large documents by sha256."""

    def put(self, content: bytes) -> str:
        """Store bytes and return their hex sha256."""
        ...

    def get(self, sha256: str) -> bytes:
        """Return the bytes. Raises: NotFound, StoreDamaged when they do not match."""
        ...

    def drop(self, sha256: str) -> None:
        """Remove a document; one that is not there is no error. Raises: Unavailable."""
        ...


class Documents(Protocol):
    """Large documents by sha256, to read only."""

    def get(self, sha256: str) -> bytes:
        """Return the bytes. Raises: NotFound, StoreDamaged when they do not match."""
        ...


Shelved: TypeAlias = tuple[Archived, ...]
"""Records of archives."""


class Archive(Protocol):
    """Which closed executions were archived."""

    def put(self, entry: Archived) -> None:
        """Record an archive once per execution and redrive count."""
        ...

    def get(self, execution_arn: str, redrive_count: int) -> Archived | None:
        """Return the record, if that execution was archived."""
        ...

    def newest(self, execution_arn: str) -> Archived | None:
        """Return the record after the most redrives, if that execution was ever archived."""
        ...

    def older(self, than: Instant, limit: int, behind: Archived | None = None) -> Shelved:
        """Return records from before a moment, oldest first; those behind one, if it is named."""
        ...

    def drop(self, entry: Archived) -> None:
        """Forget a record; one that is not there is no error."""
        ...


class Heartbeat(Protocol):
    """When a worker was last at work, and whether it could read AWS."""

    def beat(self, now: Instant) -> None:
        """Record that a worker is alive; what it said of AWS stays."""
        ...

    def looked(self, blind: Blind | None) -> None:
        """Record why a worker that is alive cannot read AWS, or that it can."""
        ...

    def last(self) -> Beat | None:
        """Return the last sign of a worker, if there ever was one."""
        ...


class Rules(Protocol):
    """What an asker should know of the policy; who decides verifies it, an asker does not."""

    def pending(self) -> Pending:
        """Return how many requests may wait, as the newest policy says, or as is usual."""
        ...


@dataclass(frozen=True)
class Store:
    """Everything that is remembered, as one actor may see it."""

    requests: Requests
    pipelines: Pipelines
    sessions: Sessions
    diagnoses: Diagnoses
    outcomes: Outcomes
    heartbeat: Heartbeat
    index: Index
    watches: Watches
    archive: Archive
    documents: Documents
    rules: Rules | None = None
