"""Every way to recover a failed job, judged, ranked, and ready to be asked for."""

from __future__ import annotations

from datetime import timedelta

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.joining import execution_name
from bunsui_core.domain.judge import judge
from bunsui_core.domain.odds import odds
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.plan import Expect, Plan, RedriveJob, RestartJob, Risk
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.rerun import last_attempt, preview, rerun_risk
from bunsui_core.domain.session import Attempt, Session
from bunsui_core.domain.value import Instant, JsonText, Value
from bunsui_core.domain.verdict import Case, Mode, Ruling, Verdict

LIFETIME = timedelta(minutes=30)
"""How long a request waits for a human."""

_RANK = {Ruling.SAFE: 0, Ruling.UNKNOWN: 1, Ruling.UNSAFE: 2, Ruling.HOPELESS: 3}


OFFERED = (Mode.REDRIVE, Mode.RESTART)
"""The modes that are proposed."""


class Question(Value):
    """What is asked: the failed job, how its world looks, and who wants to know."""

    session: Session
    case: Case
    expect: Expect
    edited_input: JsonText | None
    requester: str
    asked_at: Instant


def propose(
    question: Question, outcomes: tuple[Outcome, ...], request_ids: tuple[str, str]
) -> tuple[Proposal, ...]:
    """Return a proposal for every mode, best first. Redrive keeps its input by definition."""
    drafts = [
        _proposal(question, mode, outcomes, request_id)
        for mode, request_id in zip(OFFERED, request_ids, strict=True)
    ]
    ranked = sorted(drafts, key=lambda p: (_RANK[p.verdict.ruling], list(Mode).index(p.mode)))
    best = ranked[0]
    if best.verdict.ruling is Ruling.SAFE:
        ranked[0] = best.model_copy(update={"recommended": True})
    return tuple(ranked)


def _proposal(
    question: Question, mode: Mode, outcomes: tuple[Outcome, ...], request_id: str
) -> Proposal:
    diagnosis = question.case.diagnosis
    text = chosen_input(question, mode)
    plan = plan_for(question, mode, request_id)
    return Proposal(
        proposal_id=plan.digest,
        session_id=question.session.id,
        job=diagnosis.job,
        mode=mode,
        verdict=verdict_for(question, mode),
        recommended=False,
        odds=odds(diagnosis.category, mode, outcomes),
        preview=preview(question.session, diagnosis.job),
        plan=plan,
        input=text,
    )


def verdict_for(question: Question, mode: Mode) -> Verdict:
    """Return the verdict of one mode; an edited input speaks for a restart only."""
    edited = mode is Mode.RESTART and question.edited_input is not None
    case = question.case.model_copy(update={"input_edited": edited})
    return judge(mode, case, question.asked_at)


def chosen_input(question: Question, mode: Mode) -> str:
    """Return the JSON the job would run with: a redrive always has the recorded one."""
    if mode is Mode.RESTART and question.edited_input is not None:
        return question.edited_input
    return _attempt(question).input


def plan_for(question: Question, mode: Mode, request_id: str) -> Plan:
    """Return the one-step plan of a mode."""
    session = question.session
    return Plan(
        request_id=request_id,
        requester=question.requester,
        environment=session.environment,
        account=session.account,
        region=session.region,
        created_at=question.asked_at,
        expires_at=question.asked_at + LIFETIME,
        risk=risk(question, mode),
        steps=(_step(question, mode),),
    )


def risk(question: Question, mode: Mode) -> Risk:
    """Return how much a mistake of this mode would cost."""
    edited = mode is Mode.RESTART and question.edited_input is not None
    return rerun_risk(question.session, question.case.diagnosis.job, edited)


def _step(question: Question, mode: Mode) -> RedriveJob | RestartJob:
    session, attempt = question.session, _attempt(question)
    job = session.pipeline.find(question.case.diagnosis.job)
    machine = job.machine if job else ""
    if mode is Mode.REDRIVE:
        return RedriveJob(
            session_id=session.id,
            job=question.case.diagnosis.job,
            machine=machine,
            execution_arn=attempt.execution_arn,
            input_digest=attempt.input_digest,
            expect=question.expect,
        )
    number = attempt.number + 1
    return RestartJob(
        session_id=session.id,
        job=question.case.diagnosis.job,
        machine=machine,
        failed_execution_arn=attempt.execution_arn,
        execution_name=execution_name(session.id, question.case.diagnosis.job, number),
        attempt=number,
        input_digest=json_digest(chosen_input(question, mode)),
        input_edited=question.edited_input is not None,
        expect=question.expect,
    )


def _attempt(question: Question) -> Attempt:
    found = last_attempt(question.session, question.case.diagnosis.job)
    if found is None:
        raise ValueError(f"job {question.case.diagnosis.job} never started")
    return found
