"""What widgets, screens and workers say; the app listens."""

from __future__ import annotations

from dataclasses import dataclass, field

from textual.message import Message

from bunsui_core.domain.answer import Analysis, OperationLogs, Proposals, Review, SessionView
from bunsui_core.domain.approval import Answer, Approval
from bunsui_tui.board import Overview


class Arrival(Message):
    """Something was read that belongs on the board."""


@dataclass
class OverviewRead(Arrival):
    """The lists were read."""

    overview: Overview


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
class ReviewRead(Arrival):
    """A request is ready to be reviewed."""

    review: Review


@dataclass
class Decided(Message):
    """A human's answer was recorded."""

    approval: Approval
    answer: Answer


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
class ReviewOpened(Message):
    """A request shall be reviewed."""

    request_id: str


@dataclass
class AnswerGiven(Message):
    """A human answers what was shown to them."""

    review: Review
    answer: Answer
    approver: str
    passphrase: str = field(repr=False)
    reason: str = ""
    typed_code: str = ""


@dataclass
class MoreWanted(Message):
    """The end of the loaded list was reached."""


@dataclass
class QueryGiven(Message):
    """Another choice of sessions is wanted."""

    text: str


@dataclass
class Noted(Message):
    """A sentence for the status line."""

    text: str
    is_bad: bool = False
