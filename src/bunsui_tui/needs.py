"""What the terminal UI needs of the rest of bunsui."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from bunsui_core.domain.answer import (
    Analysis,
    Freshness,
    OperationLogs,
    Placed,
    Proposals,
    Review,
    SessionFilter,
    SessionPage,
    SessionView,
)
from bunsui_core.domain.approval import Answer, Approval
from bunsui_core.domain.following import Followed, Shown
from bunsui_core.domain.group import GroupBy, SessionGroups
from bunsui_core.domain.kin import Kin
from bunsui_core.domain.machine import MachineList
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import Control
from bunsui_core.domain.recovery import ControlProposal, Proposal
from bunsui_core.domain.signing import Unlocked
from bunsui_core.domain.storm import StormProposal, Storms
from bunsui_core.domain.timeline import JobTimeline
from bunsui_core.domain.together import Together
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.waves import WAVES, Waves

if TYPE_CHECKING:
    from bunsui_core.desk.operator import Signing


class Lists(Protocol):
    """What the list of sessions needs."""

    def window(self, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
        """Return rows of the list in the order of attention, with exact totals."""
        ...

    def place(self, wanted: SessionFilter, session_id: str) -> Placed | None:
        """Return where the list has a session, if it is wanted."""
        ...


class Groups(Protocol):
    """What groups of sessions need."""

    def of(self, wanted: SessionFilter, by: GroupBy) -> SessionGroups:
        """Return wanted sessions by pipeline, or the failed ones of them by error."""
        ...


class Signs(Protocol):
    """What signing needs."""

    def alike(self, approvals: tuple[Approval, ...]) -> tuple[Kin, ...]:
        """Return which requests wait and can be reviewed together."""
        ...

    def decide(
        self,
        review: Review,
        answer: Answer,
        signing: Signing,
        reason: str = "",
        typed: str = "",
    ) -> Approval:
        """Record a signed answer."""
        ...

    def decide_together(
        self,
        reviews: tuple[Review, ...],
        answer: Answer,
        signing: Signing,
        reason: str = "",
        typed: str = "",
    ) -> Together:
        """Record a signed answer to each of several requests."""
        ...

    def unlock(self, name: str, passphrase: str) -> Unlocked:
        """Open an approver's key in this process for some minutes."""
        ...

    def unlocked(self) -> Unlocked | None:
        """Return whose key lies open in this process."""
        ...

    def lock(self) -> None:
        """Close the open key."""
        ...


class Desk(Lists, Signs, Protocol):
    """What the terminal UI needs of the operator's desk."""

    def freshness(self) -> Freshness:
        """Return how old the store is."""
        ...

    def sessions(self, wanted: SessionFilter, limit: int = 20, cursor: str = "") -> SessionPage:
        """Return one page of sessions."""
        ...

    def session(self, session_id: str) -> SessionView:
        """Return a session."""
        ...

    def logs(self, session_id: str, job: str = "", limit: int = 200) -> OperationLogs:
        """Return the lines of a job's failing operation."""
        ...

    def follow(self, session_id: str, job: str, shown: Shown) -> Followed:
        """Return the log lines that are new since what was shown."""
        ...

    def timeline(self, session_id: str, job: str) -> JobTimeline:
        """Return when the states of a job's newest execution ran."""
        ...

    def machines(self) -> MachineList:
        """Return every state machine, watched or with the reason why not."""
        ...

    def pipelines(self) -> tuple[Pipeline, ...]:
        """Return every known pipeline."""
        ...

    def analyze(self, session_id: str, job: str = "") -> Analysis:
        """Return why jobs failed."""
        ...

    def propose(self, session_id: str, job: str = "", edited_input: str | None = None) -> Proposals:
        """Return the ways to recover a job."""
        ...

    def rerun_from(
        self,
        session_id: str,
        job: str,
        mode: Mode,
        downstream: bool = False,
        edited_input: str | None = None,
        output: str | None = None,
    ) -> Proposal:
        """Return what running a job again in one mode would do."""
        ...

    def control(self, session_id: str, action: Control) -> ControlProposal:
        """Return what pausing, unpausing or cancelling a session would do."""
        ...

    def storms(self) -> Storms:
        """Return the failed sessions by root cause."""
        ...

    def recover_storm(
        self, storm_id: str, mode: Mode | None = None, waves: Waves = WAVES
    ) -> StormProposal:
        """Return one plan for every session of a storm."""
        ...

    def request(self, proposal_id: str, reason: str, client_claim: str = "") -> Approval:
        """Ask for a proposal of this desk."""
        ...

    def approvals(self, limit: int = 50) -> tuple[Approval, ...]:
        """Return requests, newest first."""
        ...

    def mine(self) -> tuple[Approver, ...]:
        """Return who may decide from this machine."""
        ...

    def review(self, request_id: str) -> Review:
        """Return what a human must see before deciding."""
        ...


class Work(Protocol):
    """What runs without a person, in a thread of this process."""

    def run(self, stop: threading.Event) -> None:
        """Observe, advance and execute until told to stop."""
        ...
