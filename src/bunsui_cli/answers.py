"""The answers that only the command line gives."""

from __future__ import annotations

from bunsui_core.domain.answer import InputChange, Totals
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.recovery import ControlProposal, Proposal
from bunsui_core.domain.session import SessionSummary
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.value import Instant, Value


class ApprovalList(Value):
    """Requests with everything that happened to them, newest first; `more` if not all."""

    items: tuple[Approval, ...]
    more: bool = False


class Rerun(Value):
    """How a job would run again, what an edited input changes, and the request, if it was made."""

    proposal: Proposal
    changes: tuple[InputChange, ...] = ()
    approval: Approval | None = None


class Controlled(Value):
    """What pausing, unpausing or cancelling would do, and the request, if it was made."""

    proposal: ControlProposal
    approval: Approval | None = None


class ApproverList(Value):
    """Who may decide; `root` is the id of the first key, `flaw` why nobody is trusted."""

    items: tuple[Approver, ...]
    root: str = ""
    flaw: str = ""


class KeyLine(Value):
    """The public half of a key that nobody trusts yet, as one line for a lead."""

    name: str
    key_id: str
    line: str


class WorkerStopped(Value):
    """A worker that came to its end as it was told to."""

    signal: str


class LocalState(Value):
    """Whether the embedded AWS of this home runs, and where."""

    running: bool
    url: str = ""
    pid: int | None = None
    account: str = ""
    region: str = ""
    version: str = ""
    started_at: Instant | None = None
    troubles: tuple[str, ...] = ()


class LocalReset(Value):
    """What a reset of the embedded AWS removed, and what refers to it no more or in vain."""

    removed: dict[str, int]
    running: bool
    url: str = ""
    store_removed: bool
    sessions: int
    open_sessions: int
    waiting_requests: int


class PipelineRuns(Value):
    """How many sessions of a pipeline stand how, and the newest of them, newest first."""

    totals: Totals
    newest: tuple[SessionSummary, ...]


class PipelineList(Value):
    """Known pipelines, by name, and the runs of each under its name."""

    items: tuple[Pipeline, ...]
    runs: dict[str, PipelineRuns]


class PipelineGraph(Value):
    """Which job waits for which, as text, dot or mermaid."""

    pipeline: str
    format: str
    text: str
