"""What widgets, screens and workers say; the app listens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.message import Message

from bunsui_core.domain.answer import Analysis, OperationLogs, Proposals, Review, SessionView
from bunsui_core.domain.group import GroupBy, SessionGroups
from bunsui_core.domain.notice import Notice
from bunsui_core.domain.session import SessionSummary
from bunsui_core.domain.timeline import JobTimeline
from bunsui_tui.board import Catalog, Overview, Tail
from bunsui_tui.listing import Listing


class Arrival(Message):
    """Something was read that belongs on the board."""


@dataclass
class OverviewRead(Arrival):
    """The lists were read."""

    overview: Overview


@dataclass
class ListRead(Arrival):
    """A part of the list of sessions was read."""

    listing: Listing


@dataclass
class RunsRead(Arrival):
    """The last runs of some pipelines were read."""

    runs: Mapping[str, tuple[SessionSummary, ...]]


@dataclass
class GroupsRead(Arrival):
    """The sessions that a query wants were grouped."""

    query: str
    groups: SessionGroups


@dataclass
class SessionRead(Arrival):
    """A session was read."""

    view: SessionView


@dataclass
class SessionExplained(Arrival):
    """The failed jobs of a session were diagnosed and judged, or could not be."""

    session_id: str
    analysis: Analysis | None
    proposals: dict[str, Proposals]
    trouble: str


@dataclass
class LogsRead(Arrival):
    """The lines of a job's failing operation were read; `job` is as it was asked for."""

    job: str
    logs: OperationLogs


@dataclass
class TailRead(Arrival):
    """The log of a job was read, or the lines that are new in it; `job` is as it was asked for."""

    session_id: str
    job: str
    tail: Tail


@dataclass
class TimelineRead(Arrival):
    """The states of a job's newest execution were read."""

    timeline: JobTimeline


@dataclass
class CatalogRead(Arrival):
    """The pipelines and machines were read, and how their last runs went."""

    catalog: Catalog


@dataclass
class ReviewRead(Arrival):
    """A request is ready to be reviewed."""

    review: Review


@dataclass
class Troubled(Message):
    """Something could not be done; an empty sentence says that it works again."""

    about: str
    sentence: str


class Resumed(Message):
    """A screen is seen again, with an old board."""


@dataclass
class SessionWanted(Message):
    """A session was selected and its detail is wanted."""

    session_id: str


@dataclass
class SessionOpened(Message):
    """A session shall fill the screen."""

    session_id: str


@dataclass
class LogsWanted(Message):
    """The log of a job is wanted; an empty job means the first that failed."""

    session_id: str
    job: str


@dataclass
class LogOpened(Message):
    """A log shall fill the screen; an empty job means what failed, or all that runs."""

    session_id: str
    job: str


@dataclass
class TailWanted(Message):
    """The log of a job is wanted, or what is new in it since it was read."""

    session_id: str
    job: str


@dataclass
class TimelineOpened(Message):
    """The timeline of a session shall fill the screen."""

    session_id: str


@dataclass
class TimelineWanted(Message):
    """The states of a job's newest execution are wanted."""

    session_id: str
    job: str


class CatalogWanted(Message):
    """The pipelines and machines are wanted."""


@dataclass
class ReviewOpened(Message):
    """A request shall be reviewed."""

    request_id: str


class RowsWanted(Message):
    """Rows of the list are in sight that were not read yet."""


@dataclass
class GroupsOpened(Message):
    """The sessions shall be shown in groups."""

    by: GroupBy = GroupBy.ERROR


@dataclass
class GroupsWanted(Message):
    """The sessions that the filter lets through shall be grouped."""

    by: GroupBy


@dataclass
class EnvironmentChosen(Message):
    """Another environment shall be shown."""

    name: str


@dataclass
class QueryGiven(Message):
    """Another choice of sessions is wanted."""

    text: str


@dataclass
class Rang(Message):
    """Something happened that somebody who looks elsewhere should know."""

    notice: Notice


@dataclass
class Noted(Message):
    """A sentence for the status line."""

    text: str
    is_bad: bool = False
