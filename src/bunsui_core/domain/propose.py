"""Every way to recover a job, judged, ranked, and ready to be asked for."""

from __future__ import annotations

from datetime import timedelta

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.entry import Entry, entry_envelope
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.failure import Definition
from bunsui_core.domain.joining import execution_name
from bunsui_core.domain.judge import judge
from bunsui_core.domain.odds import odds
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.pipeline import Job, SideEffect
from bunsui_core.domain.plan import (
    EnterJob,
    Expect,
    JobStep,
    MarkDone,
    Plan,
    RedriveJob,
    RestartJob,
    Risk,
)
from bunsui_core.domain.preview import CodeUsed, Preview
from bunsui_core.domain.previewing import Begin, preview, with_jobs
from bunsui_core.domain.recovery import Odds, Proposal, Wanted
from bunsui_core.domain.rerun import last_attempt, next_number, recorded_input, rerun_risk
from bunsui_core.domain.session import Attempt, Session
from bunsui_core.domain.value import Instant, JsonText, Value
from bunsui_core.domain.verdict import Case, Mode, Reason, Ruling, Verdict

LIFETIME = timedelta(minutes=30)
"""How long a request waits for a human."""

OFFERED = (Mode.REDRIVE, Mode.ENTER_AT, Mode.RESTART)
"""The modes that are proposed without being asked for; an output is a human's to give."""

_RANK = {Ruling.SAFE: 0, Ruling.UNKNOWN: 1, Ruling.UNSAFE: 2, Ruling.HOPELESS: 3}
_REPEATABLE = frozenset({SideEffect.PURE, SideEffect.IDEMPOTENT})


class Ground(Value):
    """What a preview rests on: where an execution goes on, and the code as it is now.

    `failed_state` is the outermost state in which the job failed, `then` the definition as of its
    execution, `present` those of all machines that may run, `code` the functions of the job;
    `entry` is where a new execution enters, `recorded` the input that its state had there.
    """

    failed_state: str = ""
    then: Definition | None = None
    present: tuple[Definition, ...] = ()
    code: tuple[CodeUsed, ...] = ()
    entry: Entry | None = None
    recorded: JsonText | None = None


class Question(Value):
    """What is asked: the job, how its world looks, and who wants to know.

    There is no `case` where the job did not fail.
    """

    session: Session
    job: str
    case: Case | None
    expect: Expect
    wanted: Wanted
    ground: Ground
    requester: str
    asked_at: Instant


def propose(
    question: Question, outcomes: tuple[Outcome, ...], asked: tuple[tuple[Mode, str], ...]
) -> tuple[Proposal, ...]:
    """Return a proposal for each mode asked for, with its request's id, best first.

    One without a request's id is a part of a plan that is still to be made, and has no id either.
    """
    drafts = [_proposal(question, mode, outcomes, request_id) for mode, request_id in asked]
    ranked = sorted(drafts, key=lambda p: (_RANK[p.verdict.ruling], list(Mode).index(p.mode)))
    if ranked and ranked[0].verdict.ruling is Ruling.SAFE:
        ranked[0] = ranked[0].model_copy(update={"recommended": True})
    return tuple(ranked)


def _proposal(
    question: Question, mode: Mode, outcomes: tuple[Outcome, ...], request_id: str
) -> Proposal:
    step = _step(question, mode)
    plan = _plan_of(step, question, mode, request_id)
    entry = question.ground.entry if mode is Mode.ENTER_AT else None
    text = chosen_input(question, mode)
    return Proposal(
        proposal_id=plan.digest if request_id else "",
        session_id=question.session.id,
        job=question.job,
        mode=mode,
        verdict=verdict_for(question, mode),
        recommended=False,
        odds=odds_for(question, mode, outcomes),
        preview=step.preview,
        plan=plan,
        input=text,
        editable=entry.input if entry else text,
    )


def verdict_for(question: Question, mode: Mode) -> Verdict:
    """Return the verdict of one mode, on the job and on what runs again below it."""
    found, again = _verdict(question, mode), _repeated_below(question)
    if found.ruling is not Ruling.SAFE or not again:
        return found
    return found.model_copy(update={"ruling": Ruling.UNSAFE, "reasons": (*again, *found.reasons)})


def _repeated_below(question: Question) -> tuple[Reason, ...]:
    """Why running again what is done below would do something twice."""
    found = preview(question.session, question.job, downstream=question.wanted.downstream)
    jobs = {job.name: job for job in question.session.pipeline.jobs}
    return tuple(
        Reason(
            text=f"{name} below runs again, and its effect is {jobs[name].effect}: what it did may "
            "be done twice",
            evidence=(),
        )
        for name in found.resets
        if jobs[name].effect not in _REPEATABLE
    )


def _verdict(question: Question, mode: Mode) -> Verdict:
    """An edited input speaks for a new execution only."""
    if mode is Mode.MARK_DONE:
        return _of_given_output(question.job)
    if question.case is None:
        failed = _attempt(question).status.is_failure
        return _of_unstarted(mode, question) if failed else _of_done(mode, question)
    edited = mode is not Mode.REDRIVE and question.wanted.edited_input is not None
    case = question.case.model_copy(update={"input_edited": edited})
    return judge(mode, case, question.asked_at)


def odds_for(question: Question, mode: Mode, outcomes: tuple[Outcome, ...]) -> Odds:
    """Return how often the like of it worked; of a job that did not fail, nothing is known."""
    if question.case is None:
        return odds(Category.UNKNOWN, mode, ())
    return odds(question.case.diagnosis.category, mode, outcomes)


def chosen_input(question: Question, mode: Mode) -> str:
    """Return the JSON that a request carries: what the job starts with, or the output given."""
    wanted, attempt = question.wanted, _attempt(question)
    match mode:
        case Mode.REDRIVE:
            return attempt.input
        case Mode.RESTART:
            return recorded_input(attempt) if wanted.edited_input is None else wanted.edited_input
        case Mode.ENTER_AT:
            return entry_envelope(recorded_input(attempt), _entry(question))
        case Mode.MARK_DONE:
            return "null" if wanted.output is None else wanted.output


def _plan_of(step: JobStep, question: Question, mode: Mode, request_id: str) -> Plan:
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
        steps=(step,),
    )


def risk(question: Question, mode: Mode) -> Risk:
    """Return how much a mistake of this mode would cost."""
    wanted = question.wanted
    edited = mode in {Mode.RESTART, Mode.ENTER_AT} and wanted.edited_input is not None
    return rerun_risk(question.session, question.job, edited, mode, wanted.downstream)


def preview_for(question: Question, mode: Mode) -> Preview:
    """Return what would run in this mode, with its states, inputs and code."""
    ground, session = question.ground, question.session
    base = preview(session, question.job, mode, question.wanted.downstream)
    present = {one.machine: one for one in ground.present}
    runs = ground.then if mode is Mode.REDRIVE else present.get(_job(question).machine)
    state = ""
    if mode is Mode.REDRIVE:
        state = ground.failed_state
    elif mode is Mode.ENTER_AT:
        state = _entry(question).state
    begin = Begin(
        mode=mode,
        definition=runs.definition if runs else "",
        state=state,
        input_digest=json_digest(chosen_input(question, mode)),
        code=(
            CodeUsed(name=_job(question).machine, revision=runs.revision if runs else ""),
            *ground.code,
        ),
    )
    return with_jobs(base, session, begin, present)


def _step(question: Question, mode: Mode) -> JobStep:
    session, attempt = question.session, _attempt(question)
    fields: dict[str, object] = {
        "session_id": session.id,
        "job": question.job,
        "machine": _job(question).machine,
        "expect": question.expect,
        "downstream": question.wanted.downstream,
        "preview": preview_for(question, mode),
    }
    text_digest = json_digest(chosen_input(question, mode))
    if mode is Mode.REDRIVE:
        named = {"execution_arn": attempt.execution_arn, "input_digest": attempt.input_digest}
        return RedriveJob.model_validate({**fields, **named})
    number = next_number(session, question.job)
    fields |= {"failed_execution_arn": attempt.execution_arn, "attempt": number}
    if mode is Mode.MARK_DONE:
        return MarkDone.model_validate({**fields, "output_digest": text_digest})
    fields |= {
        "execution_name": execution_name(session.id, question.job, number),
        "input_digest": text_digest,
        "input_edited": question.wanted.edited_input is not None,
    }
    if mode is Mode.ENTER_AT:
        return EnterJob.model_validate({**fields, "state": _entry(question).state})
    return RestartJob.model_validate(fields)


def _of_given_output(job: str) -> Verdict:
    told = f"nothing of {job} runs; whether the output is right, nobody here can tell"
    return Verdict(
        mode=Mode.MARK_DONE, ruling=Ruling.UNKNOWN, reasons=(Reason(text=told, evidence=()),)
    )


def _of_unstarted(mode: Mode, question: Question) -> Verdict:
    """The verdict on a job whose execution never began: it did nothing that could be done twice."""
    cause = _attempt(question).cause or "it is not told why"
    told = f"nothing of it ran, and whether it would start now is not known: {cause}"
    return Verdict(mode=mode, ruling=Ruling.UNKNOWN, reasons=(Reason(text=told, evidence=()),))


def _of_done(mode: Mode, question: Question) -> Verdict:
    """The verdict on a job that did not fail: it rests on its side effects alone."""
    effect = _job(question).effect
    is_safe = effect in _REPEATABLE
    again = "doing it twice changes nothing" if is_safe else "what it did may be done twice"
    reasons = (
        Reason(text="it did not fail; it worked with the input it had", evidence=()),
        Reason(text=f"its effect is {effect}: {again}", evidence=()),
    )
    return Verdict(mode=mode, ruling=Ruling.SAFE if is_safe else Ruling.UNSAFE, reasons=reasons)


def _entry(question: Question) -> Entry:
    if question.ground.entry is None:
        raise Refused("it is not known where to enter.", "Restart the job instead.")
    return question.ground.entry


def _job(question: Question) -> Job:
    found = question.session.pipeline.find(question.job)
    if found is None:
        raise ValueError(f"the pipeline has no job {question.job}")
    return found


def _attempt(question: Question) -> Attempt:
    found = last_attempt(question.session, question.job)
    if found is None:
        raise ValueError(f"job {question.job} never started")
    return found
