"""A desk whose every text from outside is hostile."""

from __future__ import annotations

import json

from bunsui_core.domain.answer import (
    Analysis,
    Check,
    Freshness,
    InputChange,
    OperationLogs,
    Placed,
    Proposals,
    Review,
    SessionFilter,
    SessionPage,
    SessionView,
    Source,
    StepReview,
    Totals,
)
from bunsui_core.domain.approval import Approval, fold
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.failure import ContainerTask, LogLine, Nested
from bunsui_core.domain.following import Followed, Shown
from bunsui_core.domain.machine import Machine, MachineKind, MachineList, WatchedMachine
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import Control
from bunsui_core.domain.preview import Preview
from bunsui_core.domain.recovery import ControlProposal, Odds, Proposal
from bunsui_core.domain.session import JobRun, Session, summarize
from bunsui_core.domain.storm import StormProposal, Storms
from bunsui_core.domain.timeline import JobTimeline
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.verdict import Mode, Reason, Ruling, Verdict
from bunsui_core.domain.waves import WAVES, Waves
from tests.builders import (
    NOW,
    a_diagnosis,
    a_failed_attempt,
    a_failure,
    a_pipeline,
    a_plan,
    a_redrive,
    a_request,
    a_session,
    a_signed_decision,
    an_effect,
    an_evidence,
)
from tests.tui.hostile_changes import (
    a_control_of,
    a_preview_of,
    a_recovery_of,
    a_storm_of,
    a_timeline_of,
)
from tests.tui.hostile_signing import HostileSigning

FRESH = Freshness(as_of=NOW, source=Source.STORE, worker_seen_at=NOW)


class HostileDesk(HostileSigning):
    """Answers everything, with the same text in each place that comes from outside."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._approvals = self._ask()

    def freshness(self) -> Freshness:
        """Return a fresh store."""
        return FRESH

    def the_session(self) -> Session:
        """A failed session full of the text."""
        attempt = a_failed_attempt(
            error=self.text, cause=self.text, execution_arn=self.text, output=None
        )
        runs = (JobRun(job="extract", attempts=(attempt,)), JobRun(job="transform"))
        return a_session(id=self.text, runs=runs, requested_by=self.text)

    def sessions(self, wanted: SessionFilter, limit: int = 20, cursor: str = "") -> SessionPage:
        """Return one session."""
        return SessionPage(items=(summarize(self.the_session()),), total=1, next_cursor="")

    def window(self, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
        """Return one session."""
        return SessionPage(
            items=() if offset else (summarize(self.the_session()),),
            total=1,
            next_cursor="",
            totals=Totals(failed=1),
        )

    def place(self, wanted: SessionFilter, session_id: str) -> Placed | None:
        """Return it as the only one."""
        return Placed(at=0, line=summarize(self.the_session()))

    def session(self, session_id: str) -> SessionView:
        """Return the session."""
        return SessionView(session=self.the_session(), freshness=FRESH, open_requests=(self.text,))

    def logs(self, session_id: str, job: str = "", limit: int = 200) -> OperationLogs:
        """Return one line."""
        line = LogLine(at=NOW, text=self.text, stream=self.text)
        return OperationLogs(
            session_id=self.text,
            job=job or "extract",
            operation=self.text,
            function=self.text,
            request_id=self.text,
            lines=(line,),
            truncated=True,
            note=self.text,
        )

    def follow(self, session_id: str, job: str, shown: Shown) -> Followed:
        """Return the same line again and again."""
        return Followed(parts=(self.logs(session_id, job),), shown=shown, is_over=False)

    def timeline(self, session_id: str, job: str) -> JobTimeline:
        """Return one state below another."""
        return a_timeline_of(self.text, session_id, job)

    def pipelines(self) -> tuple[Pipeline, ...]:
        """Return one pipeline."""
        return (a_pipeline(jobs=[{"name": "extract", "machine": self.text}]),)

    def machines(self) -> MachineList:
        """Return one machine that is watched and one that is not."""
        kinds = ((MachineKind.STANDARD, ""), (MachineKind.EXPRESS, self.text))
        return MachineList(items=tuple(self._machine(*kind) for kind in kinds), watch=None)

    def _machine(self, kind: MachineKind, why_not: str) -> WatchedMachine:
        arn = f"arn:aws:states:x:y:stateMachine:{kind} {self.text}"
        return WatchedMachine(
            machine=Machine(arn=arn, name=self.text, kind=kind, created_at=NOW),
            since=NOW,
            why_not=why_not,
            chosen_by=self.text,
            read_at=NOW,
            active_at=NOW,
            trouble=self.text,
        )

    def analyze(self, session_id: str, job: str = "") -> Analysis:
        """Return one diagnosis."""
        evidence = an_evidence(id=self.text, text=self.text, source=self.text)
        failure = a_failure(
            state_path=(self.text,),
            caught_path=(self.text,),
            nested=(Nested(execution_arn=self.text, note=self.text, error=self.text),),
            task=ContainerTask(arn=self.text, container=self.text, platform=self.text),
            state_input=self.text,
            failed_state=self.text,
            error=self.text,
            cause=self.text,
            message=self.text,
            evidence=(evidence,),
        )
        found = a_diagnosis(
            session_id=self.text,
            failure=failure,
            summary=self.text,
            evidence=(evidence,),
            logs=(LogLine(at=NOW, text=self.text),),
            logs_note=self.text,
        )
        return Analysis(session_id=self.text, diagnoses=(found,), note=self.text)

    def propose(self, session_id: str, job: str = "", edited_input: str | None = None) -> Proposals:
        """Return one proposal."""
        proposal = Proposal(
            proposal_id=self.text,
            session_id=self.text,
            job="extract",
            mode=Mode.REDRIVE,
            verdict=self.verdict(),
            recommended=True,
            odds=Odds(successes=4, tries=4, low=0.5, high=1.0, is_prior=False),
            preview=self.preview(),
            plan=a_plan(),
            input="{}",
        )
        diagnosis = self.analyze(session_id).diagnoses[0]
        return Proposals(
            session_id=self.text, job="extract", diagnosis=diagnosis, proposals=(proposal,)
        )

    def rerun_from(
        self,
        session_id: str,
        job: str,
        mode: Mode,
        downstream: bool = False,
        edited_input: str | None = None,
        output: str | None = None,
    ) -> Proposal:
        """Return one mode that is possible; the others are refused in the text."""
        if mode is Mode.REDRIVE:
            raise Refused(self.text, self.text)
        found = self.propose(session_id).proposals[0]
        given = json.dumps({self.text: self.text}, ensure_ascii=False)
        return found.model_copy(update={"mode": mode, "input": given, "editable": given})

    def control(self, session_id: str, action: Control) -> ControlProposal:
        """Return a change that is full of the text."""
        return a_control_of(self.text, session_id, action)

    def storms(self) -> Storms:
        """Return one storm."""
        return Storms(items=(a_storm_of(self.text),), looked_at=1, failed=2, unexplained=1)

    def recover_storm(
        self, storm_id: str, mode: Mode | None = None, waves: Waves = WAVES
    ) -> StormProposal:
        """Return one mode that is possible; the others are refused in the text."""
        if mode is Mode.REDRIVE:
            raise Refused(self.text, self.text)
        return a_recovery_of(self.text, self.propose(self.text).proposals[0], waves)

    def request(self, proposal_id: str, reason: str, client_claim: str = "") -> Approval:
        """Refuse with the text."""
        raise Refused(self.text, self.text)

    def verdict(self) -> Verdict:
        """A verdict whose reason is the text."""
        reason = Reason(text=self.text, evidence=(self.text,))
        return Verdict(mode=Mode.REDRIVE, ruling=Ruling.SAFE, reasons=(reason,))

    def preview(self) -> Preview:
        """A preview full of the text."""
        return a_preview_of(self.text)

    def the_approval(self) -> Approval:
        """A waiting request full of the text."""
        request = a_request(
            self.text,
            request_id=self.text,
            requester=f"agent:{self.text}",
            risk="high",
            steps=(a_redrive(session_id=self.text, job=self.text),),
        ).model_copy(update={"client_claim": self.text})
        return fold(request, (), None, NOW)

    def approvals(self, limit: int = 50) -> tuple[Approval, ...]:
        """Return a waiting request and one that was decided and failed."""
        return self._approvals

    def _ask(self) -> tuple[Approval, ...]:
        waiting = self.the_approval()
        request = a_request(request_id=f"other {self.text}")
        decided = a_signed_decision(request, approver=self.text, reason=self.text)
        effect = an_effect(request_id=request.id, state="FAILED", note=self.text)
        return waiting, fold(request, (decided,), effect, NOW)

    def mine(self) -> tuple[Approver, ...]:
        """Return two approvers."""
        one = Approver(name=self.text, key_id=self.text, public_key="", is_demo=False, added_at=NOW)
        return one, one

    def review(self, request_id: str) -> Review:
        """Return a review full of the text."""
        approval = self._approvals[0]
        check = Check(name=self.text, expected=self.text, found=self.text, holds=False)
        change = InputChange(path=self.text, before=self.text, after=self.text)
        step = StepReview(
            sentence=self.text,
            input="{}",
            changes=(change,) * 5,
            verdict=self.verdict(),
            odds=None,
            preview=self.preview(),
            effects=(self.text,),
            undo=self.text,
            checks=(check,),
        )
        return Review(
            plan=approval.request.plan,
            approval=approval,
            steps=(step,),
            requirement=self.text,
            typed_code=self.text,
            document=self.text,
            shown_digest=self.text,
            freshness=FRESH,
        )
