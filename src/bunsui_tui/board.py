"""Everything the screens know at one moment; they show it and hold nothing of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bunsui_core.domain.answer import (
    Analysis,
    Freshness,
    OperationLogs,
    Proposals,
    Review,
    SessionView,
)
from bunsui_core.domain.approval import Approval, ApprovalStatus
from bunsui_core.domain.following import Shown
from bunsui_core.domain.group import GroupBy, SessionGroups
from bunsui_core.domain.kin import Kin
from bunsui_core.domain.machine import WatchedMachine
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.session import SessionSummary
from bunsui_core.domain.signing import Unlocked
from bunsui_core.domain.timeline import JobTimeline
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.verdict import Mode
from bunsui_tui.listing import Listing
from bunsui_tui.query import EVERYTHING, Query
from bunsui_tui.wishes import Causes, Controlled, Draft, StormWays, Ways

LOGS, TIMELINE = "logs", "timeline"
"""What a trouble may be about that a screen shows in its own place too."""


@dataclass(frozen=True)
class Choice:
    """An environment that the screens can show."""

    name: str
    region: str
    account: str
    profile: str = ""
    is_production: bool = False


NOWHERE = Choice("", "", "")


@dataclass(frozen=True)
class Overview:
    """Who asks for what, who may decide, whose key lies open, and how old the store is.

    `kin` are the waiting requests that can be reviewed together.
    """

    approvals: tuple[Approval, ...]
    approvers: tuple[Approver, ...]
    freshness: Freshness
    kin: tuple[Kin, ...] = ()
    unlocked: Unlocked | None = None


@dataclass(frozen=True)
class Detail:
    """One session; the explanation arrives after the session itself, or says why not."""

    view: SessionView
    analysis: Analysis | None = None
    proposals: Mapping[str, Proposals] = field(default_factory=dict)
    trouble: str = ""


@dataclass(frozen=True)
class Said:
    """One line of a log, and which operation of which job wrote it."""

    at: datetime
    writer: str
    text: str


@dataclass(frozen=True)
class Tail:
    """A log as far as it was read; `note` says what is missing and why.

    `shown` is how far its writers were read, while it is followed.
    """

    lines: tuple[Said, ...] = ()
    note: str = ""
    is_over: bool = False
    shown: Shown | None = None


@dataclass(frozen=True)
class Catalog:
    """Pipelines, machines that belong to none, and the last runs of each by its name."""

    pipelines: tuple[Pipeline, ...]
    machines: tuple[WatchedMachine, ...]
    runs: Mapping[str, tuple[SessionSummary, ...]]


@dataclass(frozen=True)
class Prepared:
    """A review, and when everything in it was looked up."""

    review: Review
    at: datetime


@dataclass(frozen=True)
class Notice:
    """A sentence for the reader, until it has been there long enough, or answered by a key.

    News is not about what the reader does, so no key takes it away.
    """

    text: str
    is_bad: bool
    until: datetime
    is_news: bool = False


@dataclass(frozen=True)
class Board:
    """What is known now; every change is a new board."""

    now: datetime
    place: str
    note: str = ""
    here: Choice = NOWHERE
    query: Query = EVERYTHING
    overview: Overview | None = None
    listing: Listing | None = None
    groups: Mapping[tuple[str, GroupBy], SessionGroups] = field(default_factory=dict)
    runs: Mapping[str, tuple[SessionSummary, ...]] = field(default_factory=dict)
    details: Mapping[str, Detail] = field(default_factory=dict)
    logs: Mapping[tuple[str, str], OperationLogs] = field(default_factory=dict)
    tails: Mapping[tuple[str, str], Tail] = field(default_factory=dict)
    timelines: Mapping[tuple[str, str], JobTimeline] = field(default_factory=dict)
    catalog: Catalog | None = None
    reviews: Mapping[str, Prepared] = field(default_factory=dict)
    ways: Ways | None = None
    controlled: Controlled | None = None
    causes: Causes | None = None
    storm_ways: StormWays | None = None
    drafts: Mapping[tuple[str, str, Mode], Draft] = field(default_factory=dict)
    troubles: Mapping[str, str] = field(default_factory=dict)
    notice: Notice | None = None

    @property
    def waiting(self) -> tuple[Approval, ...]:
        """The requests that wait for a human, newest first."""
        approvals = self.overview.approvals if self.overview else ()
        return tuple(one for one in approvals if one.status is ApprovalStatus.REQUESTED)

    def waiting_for(self, session_id: str) -> tuple[Approval, ...]:
        """The waiting requests about one session, be it one of many."""
        return tuple(one for one in self.waiting if session_id in sessions_of(one))

    @property
    def unlocked(self) -> Unlocked | None:
        """Whose key lies open now, and until when."""
        found = self.overview.unlocked if self.overview else None
        return found if found and found.until > self.now else None

    @property
    def pipelines_shown(self) -> frozenset[str]:
        """The pipelines whose last runs the screens show."""
        listed = self.listing.pipelines if self.listing else frozenset()
        groups = (found for (_, by), found in self.groups.items() if by is GroupBy.PIPELINE)
        return listed | {one.key for found in groups for one in found.groups}

    def summary(self, session_id: str) -> SessionSummary | None:
        """The line of a session, if the list has it."""
        return self.listing.summary(session_id) if self.listing else None

    def approval(self, request_id: str) -> Approval | None:
        """A request, if the list has it."""
        approvals = self.overview.approvals if self.overview else ()
        return next((one for one in approvals if one.request.id == request_id), None)

    def with_trouble(self, about: str, sentence: str) -> Board:
        """The board with a trouble added, or taken off when the sentence is empty."""
        others = {key: text for key, text in self.troubles.items() if key != about}
        return replace(self, troubles=others | ({about: sentence} if sentence else {}))


def sessions_of(one: Approval) -> frozenset[str]:
    """Return every session that a request is about."""
    return frozenset(step.session_id for step in one.request.plan.steps)
