"""What an agent can do: look and ask. Nothing here decides or changes AWS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bunsui_core.app.brake import Brake, control
from bunsui_core.app.diagnose import read_logs
from bunsui_core.app.follow import follow
from bunsui_core.app.propose import Asked, known_diagnosis, offers, proposals
from bunsui_core.app.remembered import remembered_logs
from bunsui_core.app.request import open_about, submit, withdraw
from bunsui_core.app.similar import similar
from bunsui_core.app.timeline import timeline
from bunsui_core.app.watch import find_job, job_to_read, seen_now
from bunsui_core.app.wave_plan import StormAsked, plan_storm
from bunsui_core.desk.proposing import MadeControl, MadeRerun, MadeStorm, Proposed, still_good
from bunsui_core.desk.storms import StormDesk
from bunsui_core.domain.answer import (
    Analysis,
    Freshness,
    OperationLogs,
    Proposals,
    SessionView,
    SimilarFailures,
    Source,
    of_session,
)
from bunsui_core.domain.approval import Approval, Withdrawal, ask
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.errors import NotFound, Refused, Unavailable
from bunsui_core.domain.following import Followed, Shown
from bunsui_core.domain.machine import MachineList
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import Control, step_job
from bunsui_core.domain.policy import Pending
from bunsui_core.domain.propose import OFFERED
from bunsui_core.domain.recovery import ControlProposal, Proposal, Wanted, target
from bunsui_core.domain.session import Session
from bunsui_core.domain.storm import StormProposal
from bunsui_core.domain.timeline import JobTimeline
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.waves import WAVES, Waves
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store

WORKER_SILENT = timedelta(seconds=60)
"""Without a worker's sign for this long, sessions are read from AWS, not from the store."""


@dataclass(frozen=True)
class Nature:
    """What arrives from outside: the clock, the makers of ids, and whether a worker executes."""

    clock: Callable[[], datetime]
    new_request_id: Callable[[], str]
    new_session_id: Callable[[], str]
    executes: bool = True


class AgentDesk(StormDesk):
    """Looks at sessions, explains failures, proposes recoveries and queues requests.

    `requester` is `agent:<name>` or `human:<name>`. Thread-safe.
    """

    def __init__(self, store: Store, seeing: Seeing, requester: str, nature: Nature) -> None:
        super().__init__(store, nature.clock)
        self.requester = requester
        self._seeing = seeing
        self._nature = nature
        self.executes = nature.executes
        self._proposed = Proposed()

    def live(self) -> Freshness:
        """Return the freshness of what was read from AWS in this moment: logs and proposals."""
        now = self._nature.clock()
        beat = self._store.heartbeat.last()
        return Freshness(as_of=now, source=Source.LIVE, worker_seen_at=beat.at if beat else None)

    def age_of(self, logs: OperationLogs) -> Freshness:
        """Return when log lines were read, and whether from AWS or from the archive."""
        live = self.live()
        if logs.archived_at is None:
            return live
        kept = {"as_of": logs.archived_at, "source": Source.ARCHIVE}
        return live.model_copy(update=kept)

    def session(self, session_id: str) -> SessionView:
        """Return a session, from AWS when no worker keeps the store fresh and AWS answers.

        Raises: NotFound.
        """
        session, freshness = self._current(session_id)
        waiting = self.open_requests(session_id)
        return SessionView(session=session, freshness=freshness, open_requests=waiting)

    def stored(self, session_id: str) -> Session:
        """Return a session as the store has it, without asking AWS. Raises: NotFound."""
        return self._store.sessions.get(session_id)

    def open_requests(self, session_id: str, job: str = "") -> tuple[str, ...]:
        """Return the ids of requests about a session, or about one job of it, that are not over."""
        mine = open_about(session_id, self._store.requests, self._nature.clock())
        return tuple(one.id for one in mine if not job or job in map(step_job, one.plan.steps))

    def logs(self, session_id: str, job: str = "", limit: int = 200) -> OperationLogs:
        """Return what failed, runs or ran last logged; archived lines where AWS has none of it.

        Raises: NotFound, Unavailable.
        """
        session, _ = self._current(session_id)
        chosen = job_to_read(session, job)
        seeing, now = self._seeing, self._nature.clock()
        try:
            found = read_logs(session, chosen, seeing.executions, seeing.logs, limit, now)
        except (NotFound, Unavailable):
            if kept := remembered_logs(session, chosen, self._store, limit):
                return kept
            raise
        if found.lines:
            return found
        # A log is forgotten on its own: its group has a retention, or is gone.
        kept = remembered_logs(session, chosen, self._store, limit)
        return kept if kept and kept.lines else found

    def follow(self, session_id: str, job: str, shown: Shown) -> Followed:
        """Return the log lines that are new since what was shown, of one job or of all that run.

        Raises: NotFound, NotAuthorised, Unavailable; the same `shown` may then be used again.
        """
        session, _ = self._current(session_id)
        name = find_job(session, job) if job else ""
        return follow(session, name, shown, self._seeing, self._nature.clock())

    def timeline(self, session_id: str, job: str) -> JobTimeline:
        """Return when the states of a job's newest execution ran. Raises: NotFound, Unavailable."""
        session, _ = self._current(session_id)
        return timeline(session, find_job(session, job), self._store, self._seeing.executions)

    def analyze(self, session_id: str, job: str = "") -> Analysis:
        """Return why the named job, or every failed job, failed. Raises: NotFound, Unavailable."""
        session, _ = self._current(session_id)
        failed = session.failed_jobs
        if job:
            failed = tuple(name for name in (find_job(session, job),) if name in failed)
        now = self._nature.clock()
        found = (known_diagnosis(session, name, self._store, self._seeing, now) for name in failed)
        note = "" if failed else f"nothing failed: the session is {session.status}"
        return Analysis(session_id=session_id, diagnoses=tuple(found), note=note)

    def similar(self, session_id: str, job: str = "", limit: int = 20) -> SimilarFailures:
        """Return earlier failures that said the same as a failed job, the first one unless named.

        Raises: NotFound; Refused when the job did not fail; Unavailable.
        """
        session, _ = self._current(session_id)
        chosen = find_job(session, job)
        if chosen not in session.failed_jobs:
            raise Refused(f"job {chosen} of {session_id} did not fail.", "Name one that failed.")
        known = known_diagnosis(session, chosen, self._store, self._seeing, self._nature.clock())
        return similar(known, self._store, limit)

    def propose(self, session_id: str, job: str = "", edited_input: str | None = None) -> Proposals:
        """Return every way to recover a failed job, judged, best first; changes nothing.

        `edited_input` is the JSON text of the job's whole execution input.
        Raises: NotFound, BadInput when the input is not JSON, Refused when the job did not fail.
        """
        wanted = Wanted(edited_input=_json(edited_input))
        asked = self._asked(session_id, job, wanted, repairs=True)
        found = proposals(asked, self._store, self._seeing)
        self._proposed.keep(*(MadeRerun(asked, one) for one in found.proposals))
        return found

    def rerun_from(
        self,
        session_id: str,
        job: str,
        mode: Mode | None = None,
        downstream: bool = False,
        edited_input: str | None = None,
        output: str | None = None,
    ) -> Proposal:
        """Return how a job would run again, in the best way that is possible unless one is named.

        `job` is `JOB`, or `JOB/STATE` to enter at a state. `edited_input` is the JSON text of the
        job's whole input, or with `enter_at` of the state's; `output` is what a job that is marked
        done is to have. Changes nothing; `request` asks for it.
        Raises: NotFound, BadInput, Refused with what is possible instead, Unavailable.
        """
        name, state = target(job)
        wanted = Wanted(
            mode=Mode.ENTER_AT if state and mode is None else mode,
            downstream=downstream,
            state=state,
            edited_input=_json(edited_input),
            output=_json(output),
        )
        asked = self._asked(session_id, name, wanted, repairs=False)
        found = offers(asked, self._store, self._seeing)
        if not found.proposals:
            first = found.refused[0]
            raise Refused(first.why, first.instead)
        best = found.proposals[0]
        self._proposed.keep(MadeRerun(asked, best))
        return best

    def control(self, session_id: str, action: Control) -> ControlProposal:
        """Return what a pause, its end or a cancellation of a session would do; changes nothing.

        `request` asks for it. Raises: NotFound, Refused when it makes no sense, Unavailable.
        """
        asked = Brake(
            session_id, action, self.requester, self._nature.clock(), self._nature.new_request_id()
        )
        found = control(asked, self._store, self._seeing)
        self._proposed.keep(MadeControl(asked, found))
        return found

    def recover_storm(
        self, storm_id: str, mode: Mode | None = None, waves: Waves = WAVES
    ) -> StormProposal:
        """Return one plan for every session of a storm that can be recovered; changes nothing.

        Without a mode it is the best one for the first session. `request` asks for it.
        Raises: NotFound, BadInput, Refused when none can be recovered so, Unavailable.
        """
        now, request_id = self._nature.clock(), self._nature.new_request_id()
        asked = StormAsked(storm_id, mode, waves, self.requester, now, request_id)
        found = plan_storm(asked, self._store, self._seeing)
        self._proposed.keep(MadeStorm(asked, found))
        return found

    def request(self, proposal_id: str, reason: str, client_claim: str = "") -> Approval:
        """Queue a request for a proposal of this desk; nothing runs before a human approves.

        Raises: NotFound for an unknown proposal, Stale when the world moved since,
        Refused for a hopeless one, BadInput for a bad reason.
        """
        plan, texts = still_good(self._proposed.get(proposal_id), self._store, self._seeing)
        question = ask(plan, reason, texts, client_claim)
        return submit(question, self._store.requests, self._nature.clock(), self._pending())

    def withdraw(self, request_id: str, reason: str) -> Approval:
        """Take back a request of this desk's own asker, and return where it stands then.

        Raises: NotFound; BadInput for a bad reason; Refused when it is another's, or too late.
        """
        taken = Withdrawal(
            request_id=request_id, by=self.requester, reason=reason, at=self._nature.clock()
        )
        return withdraw(taken, self._store.requests)

    def machines(self) -> MachineList:
        """Return every state machine of the environment, watched or with the reason why not."""
        items = self._store.watches.machines()
        return MachineList(items=items, watch=self.freshness().watch)

    def pipelines(self) -> tuple[Pipeline, ...]:
        """Return every known pipeline."""
        return tuple(self._store.pipelines.get(name) for name in self._store.pipelines.names())

    def _current(self, session_id: str) -> tuple[Session, Freshness]:
        session = self._store.sessions.get(session_id)
        now = self._nature.clock()
        freshness = of_session(session, self.freshness(), self._store.heartbeat.last())
        seen_at = freshness.worker_seen_at
        if session.stopped_at or (seen_at and now - seen_at <= WORKER_SILENT):
            return session, freshness
        try:
            live = seen_now(session, self._seeing.executions, now)
        except Unavailable:
            return session, freshness
        return live, Freshness(as_of=now, source=Source.LIVE, worker_seen_at=seen_at)

    def _pending(self) -> Pending:
        """How many requests may wait."""
        return self._store.rules.pending() if self._store.rules else Pending()

    def _asked(self, session_id: str, job: str, wanted: Wanted, repairs: bool) -> Asked:
        return Asked(
            session_id=session_id,
            job=job,
            wanted=wanted,
            requester=self.requester,
            at=self._nature.clock(),
            request_ids=tuple(self._nature.new_request_id() for _ in OFFERED),
            repairs=repairs,
        )


def _json(text: str | None) -> str | None:
    """A text that is JSON, as it is. Raises: BadInput."""
    if text is not None:
        json_digest(text)
    return text
