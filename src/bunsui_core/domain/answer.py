"""What a desk answers: the values that CLI, MCP and TUI show alike."""

from __future__ import annotations

from enum import StrEnum

from bunsui_core.domain.approval import Approval
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.explaining import Explained
from bunsui_core.domain.failure import LogLine
from bunsui_core.domain.freshness import NEVER_WORKED, Blind, Feed, Watch, aged
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.preview import Preview
from bunsui_core.domain.recovery import Odds, Proposal, RefusedMode
from bunsui_core.domain.session import Session, SessionOrigin, SessionStatus, SessionSummary
from bunsui_core.domain.value import Instant, JsonText, Value
from bunsui_core.domain.verdict import Look, Verdict


class Source(StrEnum):
    """Where an answer is from: AWS just now, the store, also as events keep it, or the archive."""

    STORE = "store"
    ARCHIVE = "archive"
    LIVE = "live"
    EVENTS = "events"


class Freshness(Value):
    """How old an answer is: nothing in it is older than `as_of`.

    `worker_seen_at` is None when no worker ever ran here, `watch` when none ever watched machines,
    `blind` unless AWS cannot be read or never was: then what is not in the answer may be there.
    """

    as_of: Instant
    source: Source
    worker_seen_at: Instant | None
    watch: Watch | None = None
    blind: Blind | None = None

    @property
    def is_unread(self) -> bool:
        """Whether nothing was ever read; then `as_of` says nothing."""
        return self.blind is not None and self.blind.since is None

    @property
    def known_at(self) -> Instant | None:
        """The moment that nothing is older than, None where nothing was ever read."""
        return None if self.is_unread else self.as_of


class Beat(Value):
    """When a worker was last at work, and why its last look at AWS was in vain, if it was."""

    at: Instant
    blind: Blind | None = None

    @property
    def read_at(self) -> Instant:
        """When AWS was last read, as far as it ever was."""
        return min(self.at, self.blind.since) if self.blind and self.blind.since else self.at


def stored_freshness(beat: Beat | None, watch: Watch | None, now: Instant) -> Freshness:
    """Return how old the store is: as old as the oldest of what a list shows."""
    blind = _worst(beat.blind, watch.blind if watch else None) if beat else NEVER_WORKED
    last = beat.read_at if beat else now
    if watch and watch.found_as_of:
        last = min(last, watch.found_as_of)
    if blind and blind.since:
        last = min(last, blind.since)
    heard = watch is not None and watch.feed is Feed.EVENTS
    source = Source.EVENTS if heard else Source.STORE
    by_now = watch and aged(watch, now)
    seen_at = beat.at if beat else None
    return Freshness(as_of=last, source=source, worker_seen_at=seen_at, watch=by_now, blind=blind)


def _worst(own: Blind | None, found: Blind | None) -> Blind | None:
    """Return why the oldest of what is shown is not newer; what was never read is oldest."""
    if not (own and found):
        return own or found
    return found if own.since and (not found.since or found.since < own.since) else own


class FieldValue(Value):
    """A value in an input or an output, under the end of its path: `order.id` or only `id`.

    In the value `*` stands for anything. Case does not matter.
    """

    path: str
    value: str


def of_session(session: Session, stored: Freshness, beat: Beat | None) -> Freshness:
    """Return how old one session of the store is: one that bunsui started, as old as a round."""
    if session.origin is not SessionOrigin.STARTED or beat is None:
        return stored
    own = {"as_of": beat.read_at, "source": Source.STORE, "blind": beat.blind}
    return stored.model_copy(update=own)


class SessionFilter(Value):
    """Which sessions to list; empty fields match everything, the others all have to fit.

    `name` is a part of the session's id, its pipeline's or an execution's name, `error` a part of
    what failed jobs said, each with its name. A word of `words` is a part of either or a whole
    value in an input or output. It began at `after` or later, and before `before`.
    """

    statuses: tuple[SessionStatus, ...] = ()
    pipeline: str = ""
    name: str = ""
    error: str = ""
    words: tuple[str, ...] = ()
    after: Instant | None = None
    before: Instant | None = None
    inputs: tuple[FieldValue, ...] = ()
    outputs: tuple[FieldValue, ...] = ()


class Totals(Value):
    """How many sessions of each status there are."""

    failed: int = 0
    cancelling: int = 0
    paused: int = 0
    running: int = 0
    cancelled: int = 0
    succeeded: int = 0

    def of(self, status: SessionStatus) -> int:
        """Return how many have a status."""
        match status:
            case SessionStatus.FAILED:
                return self.failed
            case SessionStatus.CANCELLING:
                return self.cancelling
            case SessionStatus.PAUSED:
                return self.paused
            case SessionStatus.RUNNING:
                return self.running
            case SessionStatus.CANCELLED:
                return self.cancelled
            case SessionStatus.SUCCEEDED:
                return self.succeeded

    @property
    def all(self) -> int:
        """How many there are."""
        return sum(self.of(status) for status in SessionStatus)


class SessionPage(Value):
    """Some lines of a list in its order; `next_cursor` is empty at the end.

    `totals` are exact and about the whole list. `unsearched` sessions may have more values in
    inputs and outputs than a search for values knows of.
    """

    items: tuple[SessionSummary, ...]
    total: int
    next_cursor: str
    totals: Totals = Totals()
    unsearched: int = 0


class Placed(Value):
    """A line of a list and how many stand before it, in order of attention."""

    at: int
    line: SessionSummary


class SessionView(Value):
    """A session with how old it is and what is waiting for a human about it."""

    session: Session
    freshness: Freshness
    open_requests: tuple[str, ...]


class OperationLogs(Value):
    """The lines of the failing operation's own request; `note` says what is missing and why.

    `archived_at` is when they were archived, None for those that AWS gave just now.
    """

    session_id: str
    job: str
    operation: str
    function: str
    request_id: str
    lines: tuple[LogLine, ...]
    truncated: bool
    note: str
    archived_at: Instant | None = None


class Analysis(Value):
    """Why jobs of a session failed; empty with a note when nothing failed."""

    session_id: str
    diagnoses: tuple[Diagnosis, ...]
    note: str


class SimilarFailures(Value):
    """Other failures that said the same as one, newest first, and what came of running them again.

    `others` are at most as many as were asked for.
    """

    diagnosis: Diagnosis
    fingerprint: str
    others: tuple[Diagnosis, ...]
    outcomes: tuple[Outcome, ...]


class Proposals(Value):
    """Every way to recover one failed job, best first, judged; and which are not possible."""

    session_id: str
    job: str
    diagnosis: Diagnosis
    proposals: tuple[Proposal, ...]
    refused: tuple[RefusedMode, ...] = ()


class Check(Value):
    """One expectation of a plan against the world as the approver's process sees it now."""

    name: str
    expected: str
    found: str
    holds: bool


class InputChange(Value):
    """What an edited input changes: a JSON path, before and after, as JSON text."""

    path: str
    before: str
    after: str


class StepReview(Value):
    """One step in the words of a reviewer, with what this process itself looked up.

    `since` says of code, configuration and data what changed since the failure.
    """

    sentence: str
    input: JsonText
    changes: tuple[InputChange, ...]
    verdict: Verdict | None
    odds: Odds | None
    preview: Preview | None
    effects: tuple[str, ...]
    undo: str
    checks: tuple[Check, ...]
    since: tuple[Look, ...] = ()


class Review(Value):
    """What a human sees before deciding. `shown_digest` of the document is signed.

    `explained` is what the policy says of it; None where none was looked at.
    """

    plan: Plan
    approval: Approval
    steps: tuple[StepReview, ...]
    requirement: str
    typed_code: str
    document: str
    shown_digest: str
    freshness: Freshness
    explained: Explained | None = None
