"""The desk of an agent: what its environment exposes of payloads and log lines, and no secret."""

from __future__ import annotations

from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.domain.answer import (
    Analysis,
    OperationLogs,
    Placed,
    Proposals,
    SessionFilter,
    SessionPage,
    SessionView,
    SimilarFailures,
)
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.environment import Expose
from bunsui_core.domain.errors import BadInput, NotFound, Refused
from bunsui_core.domain.following import Followed, Shown
from bunsui_core.domain.machine import MachineList
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import Control
from bunsui_core.domain.quoted import HIDDEN
from bunsui_core.domain.recovery import ControlProposal, Proposal
from bunsui_core.domain.searchable import Side
from bunsui_core.domain.secrets import restored
from bunsui_core.domain.session import Session
from bunsui_core.domain.storm import Storm, StormProposal, Storms
from bunsui_core.domain.timeline import JobTimeline
from bunsui_core.domain.veil import veiled
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.waves import WAVES, Waves
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store


class VeiledDesk(AgentDesk):
    """An agent's desk: payloads as its level shows them, no secret under any; it asks as any other.

    Every answer passes `veiled` here, so that no front end of an agent has to think of it.
    """

    def __init__(
        self, store: Store, seeing: Seeing, requester: str, nature: Nature, level: Expose
    ) -> None:
        super().__init__(store, seeing, requester, nature)
        self._level = level

    def sessions(self, wanted: SessionFilter, limit: int = 20, cursor: str = "") -> SessionPage:
        """Return one page of sessions. Raises: Refused for a search by what is not shown."""
        self._may_search(wanted)
        return veiled(super().sessions(wanted, limit, cursor), self._level)

    def window(self, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
        """Return sessions from anywhere. Raises: Refused for a search by what is not shown."""
        self._may_search(wanted)
        return veiled(super().window(wanted, offset, limit), self._level)

    def place(self, wanted: SessionFilter, session_id: str) -> Placed | None:
        """Return where a session stands in a list. Raises: Refused, as `sessions` does."""
        self._may_search(wanted)
        return super().place(wanted, session_id)

    def keys(self, side: Side) -> tuple[str, ...]:
        """Return the keys by whose values sessions are found, where keys are shown."""
        return () if self._level is Expose.NONE else super().keys(side)

    def stored(self, session_id: str) -> Session:
        """Return a session as it is stored, veiled. Raises: NotFound."""
        return veiled(super().stored(session_id), self._level)

    def session(self, session_id: str) -> SessionView:
        """Return a session, veiled. Raises: NotFound."""
        return veiled(super().session(session_id), self._level)

    def logs(self, session_id: str, job: str = "", limit: int = 200) -> OperationLogs:
        """Return log lines, or how long each is. Raises: NotFound, Unavailable."""
        found = veiled(super().logs(session_id, job, limit), self._level, *self._of(session_id))
        if self._level is Expose.VALUES:
            return found
        why = f"log lines are not shown to agents here (expose = {self._level})"
        note = f"{found.note}; {why}" if found.note else why
        return found.model_copy(update={"note": note})

    def follow(self, session_id: str, job: str, shown: Shown) -> Followed:
        """Return new log lines, or that some were. Raises: NotFound, NotAuthorised, Unavailable."""
        found, about = super().follow(session_id, job, shown), self._of(session_id)
        parts = tuple(veiled(one, self._level, *about) for one in found.parts)
        return found.model_copy(update={"parts": parts})

    def analyze(self, session_id: str, job: str = "") -> Analysis:
        """Return why jobs failed, veiled. Raises: NotFound, Unavailable."""
        found, session = super().analyze(session_id, job), super().stored(session_id)
        return veiled(found, self._level, session)

    def similar(self, session_id: str, job: str = "", limit: int = 20) -> SimilarFailures:
        """Return failures like one, veiled. Raises: NotFound, Refused, Unavailable."""
        found = super().similar(session_id, job, limit)
        ids = {session_id, *(one.session_id for one in found.others)}
        return veiled(found, self._level, *map(super().stored, sorted(ids)))

    def timeline(self, session_id: str, job: str) -> JobTimeline:
        """Return when the states of a job ran, veiled. Raises: NotFound, Unavailable."""
        return veiled(super().timeline(session_id, job), self._level)

    def storms(self) -> Storms:
        """Return the failed sessions by root cause, veiled."""
        found = super().storms()
        return found.model_copy(update={"items": tuple(map(self._storm, found.items))})

    def storm_around(self, session_id: str, job: str) -> Storm | None:
        """Return the storm that hit a job of a session, veiled."""
        found = super().storm_around(session_id, job)
        return self._storm(found) if found else None

    def storm(self, storm_id: str) -> Storm:
        """Return one of these groups, veiled. Raises: NotFound."""
        return self._storm(super().storm(storm_id))

    def recover_storm(
        self, storm_id: str, mode: Mode | None = None, waves: Waves = WAVES
    ) -> StormProposal:
        """Return one plan for a storm, veiled. Raises: NotFound, BadInput, Refused."""
        found = super().recover_storm(storm_id, mode, waves)
        unsaid = found.model_copy(update={"storm": self._storm(found.storm)})
        return veiled(unsaid, self._level, super().stored(found.canary.session_id))

    def propose(self, session_id: str, job: str = "", edited_input: str | None = None) -> Proposals:
        """Return every way to recover, veiled. Raises: NotFound, BadInput, Refused."""
        edited_input = self._whole(session_id, job, Mode.RESTART, edited_input)
        _must_be_seen(edited_input)
        found = super().propose(session_id, job, edited_input)
        return veiled(found, self._level, super().stored(session_id))

    def rerun_from(
        self,
        session_id: str,
        job: str,
        mode: Mode | None = None,
        downstream: bool = False,
        edited_input: str | None = None,
        output: str | None = None,
    ) -> Proposal:
        """Return how a job would run again, veiled. Raises: NotFound, BadInput, Refused."""
        edited_input = self._whole(session_id, job, mode, edited_input)
        _must_be_seen(edited_input, output)
        found = super().rerun_from(session_id, job, mode, downstream, edited_input, output)
        return veiled(found, self._level, super().stored(session_id))

    def request(self, proposal_id: str, reason: str, client_claim: str = "") -> Approval:
        """Queue a request, whole, and return it veiled. Raises: NotFound, Stale, Refused."""
        return veiled(super().request(proposal_id, reason, client_claim), self._level)

    def withdraw(self, request_id: str, reason: str) -> Approval:
        """Take a request back. Raises: NotFound, BadInput, Refused."""
        return veiled(super().withdraw(request_id, reason), self._level)

    def approval(self, request_id: str) -> Approval:
        """Return where a request stands, veiled. Raises: NotFound."""
        return veiled(super().approval(request_id), self._level)

    def approvals(self, limit: int = 50) -> tuple[Approval, ...]:
        """Return where the newest requests stand, veiled, newest first."""
        return tuple(veiled(one, self._level) for one in super().approvals(limit))

    def control(self, session_id: str, action: Control) -> ControlProposal:
        """Return what a pause, its end or a cancellation would do, veiled. Raises: NotFound."""
        return veiled(super().control(session_id, action), self._level)

    def machines(self) -> MachineList:
        """Return every state machine of the environment, veiled."""
        return veiled(super().machines(), self._level)

    def pipelines(self) -> tuple[Pipeline, ...]:
        """Return every known pipeline, without secrets; its definition is no payload."""
        return tuple(veiled(one, Expose.VALUES) for one in super().pipelines())

    def _whole(
        self, session_id: str, job: str, mode: Mode | None, edited: str | None
    ) -> str | None:
        """An edited input with the secrets that it was shown without, where it left them alone."""
        if edited is None or HIDDEN not in edited or self._level is not Expose.VALUES:
            return edited
        session = super().stored(session_id)
        try:
            before = super().rerun_from(session_id, job or session.failed_jobs[0], mode)
        except (IndexError, Refused):
            return edited
        seen = veiled(before, self._level, session)
        return restored(edited, before.editable, seen.editable)

    def _storm(self, storm: Storm) -> Storm:
        """A storm without messages where each may hold hidden values of its own session."""
        return veiled(storm if self._level is Expose.VALUES else _unsaid(storm), self._level)

    def _of(self, session_id: str) -> tuple[Session, ...]:
        """The session whose secrets are to be known by value, if it is stored."""
        try:
            return (super().stored(session_id),)
        except NotFound:
            return ()

    def _may_search(self, wanted: SessionFilter) -> None:
        """Refuse to tell by a search what is not shown: a guessed value would be confirmed.

        Secrets are in no index, so a search for one finds nothing under any level.
        """
        if self._level is not Expose.VALUES and (wanted.inputs or wanted.outputs or wanted.words):
            raise Refused(
                f"inputs and outputs are not searched for agents here (expose = {self._level}).",
                "Search by status, pipeline, age, name: or error:.",
            )


def _unsaid(storm: Storm) -> Storm:
    """A storm without messages: each may hold values of its own session."""
    silent = {"message": f"{HIDDEN} message>"}
    hit = tuple(one.model_copy(update=silent) for one in storm.casualties)
    return storm.model_copy(update={**silent, "casualties": hit})


def _must_be_seen(*given: str | None) -> None:
    """Refuse a text of an agent in which values are hidden. Raises: BadInput."""
    if any(text is not None and HIDDEN in text for text in given):
        raise BadInput(
            "the edited input holds what stands for hidden values.",
            "Ask a human for the values; they are not shown to agents here.",
        )
