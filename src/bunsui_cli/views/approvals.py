"""Requests, decisions and approvers for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.answers import ApprovalList
from bunsui_cli.views.table import Cell, facts, table
from bunsui_cli.views.words import line, moment, plain, status
from bunsui_core.domain.approval import Approval, ApprovalStatus
from bunsui_core.domain.outcome import Outcome, as_previewed
from bunsui_core.domain.plan import (
    ControlSession,
    EnterJob,
    MarkDone,
    RedriveJob,
    RestartJob,
    StartSession,
    Step,
)
from bunsui_core.domain.together import Together

SHOWN, FEW = 20, 3
"""Steps of one request, and of a line in a list, that are named."""


def listing(value: ApprovalList) -> Sequence[RenderableType]:
    """Return requests, one a line."""
    if not value.items:
        return [Text("Nobody has asked for anything.")]
    columns = ("request", "status", "asks to", "session", "asked by")
    more = "there are older ones; the same command with --limit shows more"
    return [table(columns, map(row, value.items)), *([Text(more)] if value.more else [])]


def row(value: Approval) -> Sequence[Cell]:
    """Return the line of one request."""
    plan = value.request.plan
    return (
        value.request.id,
        status(value.status),
        verbs(plan.steps),
        plan.session_id,
        plan.requester,
    )


def one(value: Approval) -> Sequence[RenderableType]:
    """Return one request: what was asked, decided and done."""
    plan = value.request.plan
    asked: list[tuple[str, Cell]] = [
        ("request", value.request.id),
        ("status", status(value.status)),
        ("note", line(value.note)),
        ("asked by", plan.requester),
        ("asked", moment(plan.created_at)),
        ("expires", moment(plan.expires_at)),
        ("risk", plan.risk.value),
        ("where", f"{plan.environment}, account {plan.account}, {plan.region}"),
        *(("asks to", sentence(step)) for step in plan.steps[:SHOWN]),
        *asks_more(len(plan.steps)),
        ("plan", value.request.plan_digest),
        ("their words", plain(value.request.reason)),
    ]
    return [facts([*asked, *answers(value)]), *next_step(value)]


def together(value: Together) -> Sequence[RenderableType]:
    """Return what became of each request that was decided together."""
    rows = [
        (
            one.request_id,
            status(one.approval.status) if one.approval else "left out",
            line(one.approval.note if one.approval else one.why_not, 500),
        )
        for one in value.items
    ]
    signed = f"{len(value.signed)} of {len(value.items)} signed, each by itself"
    return [table(("request", "", ""), rows), Text(signed)]


def verbs(steps: Sequence[Step]) -> str:
    """Return what steps would do, in a few words; of many, what the first does."""
    if len(steps) > FEW:
        return f"{verb(steps[0])} in {len(steps):,} sessions"
    return "; ".join(map(verb, steps))


def asks_more(steps: int) -> list[tuple[str, Cell]]:
    """Return how many steps are not named."""
    return [("", line(f"and {steps - SHOWN:,} more"))] if steps > SHOWN else []


def answers(value: Approval) -> list[tuple[str, Cell]]:
    """Return what humans answered, what the executor did, and what came of it."""
    decided = [
        (
            "decided",
            line(f"{one.decision.decision} by {one.decision.approver} at {moment(one.at)}"),
        )
        for one in value.decisions
    ]
    decided += [
        ("freeze lifted", line(f"by {one.decision.approver}: {one.decision.break_glass}", 500))
        for one in value.decisions
        if one.decision.break_glass
    ]
    steps = value.effect.steps if value.effect else ()
    done = [(f"step {one.number}", line(f"{one.state} {one.result}", 500)) for one in steps[:SHOWN]]
    hidden = len(steps) - SHOWN
    more = [("", line(f"and {hidden} more steps; --json shows them all"))] if hidden > 0 else []
    return [*decided, *done, *more, *came(value.outcomes)]


def came(outcomes: Sequence[Outcome]) -> list[tuple[str, Cell]]:
    """Return how the jobs ended, and whether that ran which was previewed."""
    ordered = sorted(outcomes, key=lambda one: not one.fidelity)
    alike = Counter(f"{one.job} {one.result}; it {as_previewed(one)}" for one in ordered)
    told: list[tuple[str, Cell]] = [
        ("came of it", line(f"{times:,} × {text}" if times > 1 else text, 500))
        for text, times in list(alike.items())[:SHOWN]
    ]
    hidden = len(alike) - SHOWN
    return [*told, *([("", line(f"and {hidden} more"))] if hidden > 0 else [])]


def next_step(value: Approval) -> list[RenderableType]:
    """Return the command that answers a request that still waits."""
    if value.status is not ApprovalStatus.REQUESTED:
        return []
    return [Text(f"review and answer: bunsui approvals approve {value.request.id}")]


def sentence(step: Step) -> str:
    """Return what a step would do, and to which session."""
    return f"{verb(step)} (session {step.session_id})"


def verb(step: Step) -> str:
    """Return what a step would do, in a few words."""
    match step:
        case StartSession():
            return f"start {step.pipeline}"
        case ControlSession():
            return f"{step.action.value} the session"
        case RedriveJob():
            said = f"redrive {step.job}"
        case EnterJob():
            said = f"enter {step.job} at {step.state}{_edited(step)}"
        case RestartJob():
            said = f"restart {step.job}{_edited(step)}"
        case MarkDone():
            said = f"mark {step.job} done"
    return f"{said}, downstream too" if step.downstream else said


def _edited(step: EnterJob | RestartJob) -> str:
    return ", edited input" if step.input_edited else ""
