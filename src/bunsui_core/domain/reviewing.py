"""The review in words: from the typed plan and what was looked up, never from the asker's text."""

from __future__ import annotations

from bunsui_core.domain.answer import Check, StepReview
from bunsui_core.domain.approval import Request
from bunsui_core.domain.excerpt import SHOWN, changed, excerpt
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import (
    Control,
    ControlSession,
    EnterJob,
    MarkDone,
    Plan,
    RedriveJob,
    RestartJob,
    Risk,
    StartSession,
    Step,
)
from bunsui_core.domain.preview import CodeUsed, Preview
from bunsui_core.domain.recovery import Odds
from bunsui_core.domain.safe import safe
from bunsui_core.domain.verdict import Look
from bunsui_core.domain.waves import Waves

LONGEST_LINE = 100_000
"""Characters of one line of a review: the names of all jobs of a large pipeline fit into it."""


_CONTROLS = {
    Control.PAUSE: "start nothing more in",
    Control.UNPAUSE: "go on with",
    Control.CANCEL: "stop what runs in, and end,",
}

_UNDO = {
    Control.PAUSE: "unpause the session",
    Control.UNPAUSE: "pause the session again; what started by then runs on",
    Control.CANCEL: "it cannot be undone; start a new session",
}


def sentence(step: Step, pipeline: Pipeline, plan: Plan) -> str:
    """Return what a step does, in one line."""
    return _short(
        _said(step, pipeline, f"in {plan.environment}, account {plan.account}, {plan.region}")
    )


def as_nothing(steps: tuple[StepReview, ...], plan: Plan) -> tuple[StepReview, ...]:
    """Return the steps of a plan that is not executed, each saying so."""
    why = f"NOTHING, for bunsui only reads {plan.environment}; it would be: "
    told = ({"sentence": _short(why + one.sentence)} for one in steps)
    return tuple(one.model_copy(update=said) for one, said in zip(steps, told, strict=True))


def _said(step: Step, pipeline: Pipeline, where: str) -> str:
    match step:
        case RedriveJob():
            name = f"{pipeline.name}/{step.session_id}"
            return f"redrive job {step.job} of {name} {where}, same input, same definition"
        case RestartJob():
            kind = "an edited input" if step.input_edited else "its recorded input"
            name = f"{pipeline.name}/{step.session_id}"
            return f"restart job {step.job} of {name} {where}, as a new execution with {kind}"
        case EnterJob():
            kind = "an edited input" if step.input_edited else "its recorded input"
            name = f"{pipeline.name}/{step.session_id}"
            at = f"entering at {safe(step.state, 80, False)} with {kind}"
            return f"run job {step.job} of {name} {where}, as a new execution {at}"
        case MarkDone():
            name = f"{pipeline.name}/{step.session_id}"
            return f"mark job {step.job} of {name} {where} done with a given output"
        case ControlSession():
            return f"{_CONTROLS[step.action]} session {pipeline.name}/{step.session_id} {where}"
        case StartSession():
            return f"start session {step.session_id} of pipeline {pipeline.name} {where}"


def undo_of(step: Step) -> str:
    """Return how the step could be undone, honestly."""
    match step:
        case RedriveJob():
            return "stop the execution in Step Functions; what it wrote stays written"
        case RestartJob() | EnterJob():
            return "stop the new execution in Step Functions; what it wrote stays written"
        case MarkDone():
            return "run the job again, downstream; what was made of the output stays written"
        case ControlSession():
            return _UNDO[step.action]
        case StartSession():
            return "stop its executions in Step Functions; what they wrote stays written"


def effects_of(pipeline: Pipeline, preview: Preview) -> tuple[str, ...]:
    """Return the declared side effects of every job that will run."""
    jobs = {job.name: job for job in pipeline.jobs}
    names = (*preview.runs, *preview.follows, *preview.resets)
    return tuple(f"{name} is {jobs[name].effect.value} (declared)" for name in names)


def typed_code(plan: Plan) -> str:
    """Return what must be typed before a high-risk plan is approved, else an empty text."""
    return plan.request_id[-4:].upper() if plan.risk is Risk.HIGH else ""


def odds_text(odds: Odds) -> str:
    """Return odds as a reviewer reads them; a prior is called one."""
    span = f"{odds.low:.0%} to {odds.high:.0%}"
    if odds.is_prior:
        tries = "1 try" if odds.tries == 1 else f"{odds.tries} tries"
        return f"{tries} here so far, too few to tell; assumed {span}"
    return f"{odds.successes} of {odds.tries} like it worked ({span})"


def document(
    request: Request,
    steps: tuple[StepReview, ...],
    requirement: str,
    policy: tuple[str, ...] = (),
) -> str:
    """Return the review as plain text, independent of width and colours; its hash is signed.

    `policy` is what the policy says of the request, in sentences.
    """
    plan = request.plan
    lines = [
        f"REVIEW of request {plan.request_id}, asked by {safe(plan.requester, 100, False)}",
        f"plan digest {plan.digest}",
        f"RISK         {plan.risk.value}",
        f"NEEDS        {requirement}",
        f"EXPIRES      {plan.expires_at:%Y-%m-%d %H:%M:%S} UTC",
    ]
    first = plan.waves.canary if plan.waves else len(steps)
    lines += [f"WAVES        {waves_text(plan.waves, len(steps))}"] if plan.waves else []
    for number, step in enumerate(steps, 1):
        like = number > first
        lines += _like_lines(number, step, steps[0]) if like else _step_lines(number, step)
    lines += ["", *(f"POLICY       {one}" for one in policy)] if policy else []
    reason = safe(request.reason)
    words = [f"| {line}" for line in reason.splitlines() or [""]]
    told = [safe(line, LONGEST_LINE, False) for line in lines]
    return "\n".join([*told, "", "THE ASKER'S WORDS, not bunsui's:", *words]) + "\n"


def waves_text(waves: Waves, steps: int) -> str:
    """Return how a plan in waves goes on, when it stops, and what of it was looked at in AWS."""
    first = min(waves.canary, steps)
    return (
        f"{first} of {steps} first, then {waves.size} at a time; it stops when one of the first "
        f"does not succeed, or more than {waves.most_failures} fail after them. The first are "
        "shown as they are now, the others as they were archived: each is compared with AWS just "
        "before it is touched"
    )


_OTHERWISE = ("THEN", "AGAIN", "STATES", "CODE", "SINCE", "EFFECTS")
"""What of a step like the canary's is told where the canary's says something else."""


def _like_lines(number: int, step: StepReview, canary: StepReview) -> list[str]:
    """One line for a step like the canary's, and whatever about it is otherwise."""
    ruling = step.verdict.ruling.value if step.verdict else "not judged"
    lines = [f"ALSO         {number}. {step.sentence}: {ruling}"]
    lines += [f"CHANGED      {changed(one)}" for one in step.changes]
    known = {*_step_lines(0, canary)}
    lines += [
        one for one in _step_lines(0, step) if one.startswith(_OTHERWISE) and one not in known
    ]
    wrong = (check for check in step.checks if not check.holds)
    return lines + [_checked(check) for check in wrong]


def _checked(check: Check) -> str:
    name, found = _short(check.name), _short(check.found)
    if check.holds:
        return f"CHECKED      holds: {name}, {found}"
    return f"CHECKED      DIFFERS: {name}, {found}; the plan expects {_short(check.expected)}"


def _step_lines(number: int, step: StepReview) -> list[str]:
    lines = ["", f"WILL HAPPEN  {number}. {step.sentence}", f"INPUT        {excerpt(step.input)}"]
    lines += [f"CHANGED      {changed(one)}" for one in step.changes]
    if step.preview:
        lines += _preview_lines(step.preview)
    if step.verdict:
        lines.append(f"WHY          {step.verdict.mode.value} is {step.verdict.ruling.value}")
        lines += [
            f"             {safe(reason.text, SHOWN, False)}" for reason in step.verdict.reasons
        ]
    if step.odds:
        lines.append(f"ODDS         {odds_text(step.odds)}")
    lines += [f"SINCE        {since_text(one)}" for one in step.since if one.changed is not False]
    lines += [f"EFFECTS      {text}" for text in step.effects]
    lines.append(f"UNDO         {step.undo}")
    return lines + [_checked(check) for check in step.checks]


def since_text(look: Look) -> str:
    """Return what changed since the failure, or that it cannot be told, for a reviewer."""
    word = "changed: " if look.changed else "not known: "
    is_told = look.then and look.now and look.then != look.now
    return f"{word}{look.text}" + (f" ({look.then[:24]} -> {look.now[:24]})" if is_told else "")


def _preview_lines(preview: Preview) -> list[str]:
    follows = preview.following or "nothing"
    again = [f"AGAIN        {', '.join(preview.resets)} (done before)"] if preview.resets else []
    reused = ", ".join(f"{r.job} ({r.output_digest[:8]})" for r in preview.reused) or "nothing"
    untouched = ", ".join(preview.untouched)
    stays = f"; stays as it is: {untouched}" if untouched else ""
    return [
        f"THEN         {follows}",
        *again,
        *_job_lines(preview),
        f"REUSED       {reused}",
        f"WILL NOT     {_not_again(preview)}touch other sessions{stays}",
    ]


def _not_again(preview: Preview) -> str:
    done = ", ".join(one.job for one in preview.reused)
    return f"run {done} again, " if done else ""


def _job_lines(preview: Preview) -> list[str]:
    lines = []
    for one in preview.jobs:
        sure = ", ".join(one.certain) or "none for sure"
        maybe = f"; may: {', '.join(one.possible)}" if one.possible else ""
        lines.append(f"STATES       {one.job}: {_short(sure + maybe)}")
        lines += [f"CODE         {one.job}: {_short(code_text(used))}" for used in one.code]
    return lines


def code_text(used: CodeUsed) -> str:
    """Return a piece of code and its revision as a reviewer reads them."""
    name = used.name.rsplit(":", 1)[-1]
    return f"{name} {used.revision[:24] or 'cannot be seen'}"


def _short(text: str) -> str:
    return safe(text, SHOWN, False)
