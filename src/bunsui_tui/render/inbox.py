"""Requests: the list, and the pane that says what one of them asks for."""

from __future__ import annotations

from datetime import datetime

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.approval import Approval, ApprovalStatus, Decision
from bunsui_core.domain.outcome import as_previewed
from bunsui_core.domain.plan import (
    ControlSession,
    EnterJob,
    MarkDone,
    RedriveJob,
    RestartJob,
    StartSession,
    Step,
)
from bunsui_core.domain.waves import Fate
from bunsui_tui.board import Board
from bunsui_tui.render.signs import APPROVALS, FAILED, OK, RISKS, WAITING, named, sign
from bunsui_tui.render.table import Column, Row
from bunsui_tui.render.text import (
    MUTED,
    Block,
    Hanging,
    joined,
    quoted,
    said,
    section,
    stack,
    words,
)
from bunsui_tui.render.times import absolute, ago, left

WORDS_LIMIT = 2000
STEPS_SHOWN = 10
FEW_STEPS, BAR = 3, 12

COLUMNS = (
    Column("", 1),
    Column("request", 24),
    Column("asked", 8, right=True),
    Column("by", 16),
    Column("risk", 6),
    Column("what", 0),
)


def ordered(board: Board) -> tuple[Approval, ...]:
    """Return the requests: waiting for a human first, then still open, then newest."""
    approvals = board.overview.approvals if board.overview else ()
    return tuple(sorted(approvals, key=_rank))


def _rank(one: Approval) -> int:
    return 0 if one.status is ApprovalStatus.REQUESTED else 1 if one.status.is_open else 2


def row(one: Approval, now: datetime) -> Row:
    """Return the line of a request."""
    plan = one.request.plan
    return Row(
        plan.request_id,
        (
            sign(APPROVALS[one.status]),
            said(plan.request_id, 64),
            words(ago(plan.created_at, now)),
            said(asker(plan.requester), 40),
            named(RISKS[plan.risk], plan.risk.value),
            _state(one),
        ),
    )


def _state(one: Approval) -> Text:
    if one.status is ApprovalStatus.REQUESTED:
        return what(one)
    status = named(APPROVALS[one.status], one.status.value.lower())
    return words(status, " · ", said(one.note, 200) if progress_line(one) else what(one))


def progress_line(one: Approval) -> Text:
    """Return how far a plan of many steps is, on one line; empty for a plan of few."""
    many = len(one.request.plan.steps)
    if one.effect is None or many <= FEW_STEPS:
        return Text()
    begun = len(one.effect.steps)
    filled = round(begun / many * BAR)
    bar = words(("█" * filled, "running"), ("░" * (BAR - filled), MUTED))
    return words(bar, " ", said(one.note, 200))


def asker(requester: str) -> str:
    """Return who asks, without the kind of actor in front."""
    return requester.partition(":")[2] or requester


def what(one: Approval) -> Text:
    """Return what a plan does in a few words."""
    first, *others = one.request.plan.steps
    more = f" and {len(others):,} more" if others else ""
    return words(_does(first), more)


def _does(step: Step) -> Text:
    match step:
        case StartSession():
            return words("start ", said(f"{step.pipeline} as {step.session_id}", 120))
        case ControlSession():
            return words(f"{step.action.value} ", said(step.session_id, 120))
        case RedriveJob():
            how, verb = "", "redrive"
        case EnterJob():
            how, verb = f" at {step.state}{_edited(step)}", "enter"
        case RestartJob():
            how, verb = _edited(step), "restart"
        case MarkDone():
            how, verb = " as done, with an output of theirs", "mark"
    again = " and what follows it" if step.downstream else ""
    return words(f"{verb} ", said(f"{step.job} of {step.session_id}", 120), f"{how}{again}")


def _edited(step: EnterJob | RestartJob) -> str:
    return " with corrected input" if step.input_edited else ""


def question(one: Approval, now: datetime) -> Text:
    """Return one line: who asks for what, and until when."""
    plan = one.request.plan
    kind = "assistant " if plan.requester.startswith("agent:") else ""
    return words(
        sign(WAITING),
        f" {kind}",
        said(asker(plan.requester), 40),
        " asks: ",
        what(one),
        (f"  ({left(plan.expires_at, now)})", MUTED),
    )


def beside(board: Board, request_id: str) -> Group:
    """Return what the pane says about a request."""
    one = board.approval(request_id)
    if one is None:
        return stack([])
    parts: list[Block] = [
        words(named(APPROVALS[one.status], one.status.value), " · ", said(one.note, 400)),
        section("ASKS", words(what(one))),
        section("WHEN", _when(one, board.now)),
        *(section("DECIDED", line) for line in _decisions(one)),
        *_fates(one),
        *(section("STEP", line) for line in _steps(one)),
        *came(one),
        *_digest(one),
        their_words(one),
    ]
    return stack(parts)


def _digest(one: Approval) -> list[Block]:
    """The digest of a plan of few steps; that of a long one takes long, and its review has it."""
    plan = one.request.plan
    few = len(plan.steps) <= STEPS_SHOWN
    return [section("DIGEST", words((plan.digest, MUTED)))] if few else []


def _when(one: Approval, now: datetime) -> Text:
    plan = one.request.plan
    open_until = f" · {left(plan.expires_at, now)}" if one.status.is_open else ""
    return words(f"asked {ago(plan.created_at, now)} ({absolute(plan.created_at)}){open_until}")


def _decisions(one: Approval) -> list[Text]:
    """Who answered, and why; while another human must answer, her own mind is not made up by it."""
    is_over = one.status is not ApprovalStatus.REQUESTED
    return [
        words(
            f"{signed.decision.decision.value} by ",
            said(signed.decision.approver, 60),
            f" at {absolute(signed.at)}",
            *_why(signed.decision, is_over),
        )
        for signed in one.decisions
    ]


def _why(decision: Decision, is_over: bool) -> tuple[str | Text | tuple[str, str], ...]:
    lifted = (
        (" · ", named(FAILED, "lifted a freeze: "), said(decision.break_glass, 300))
        if decision.break_glass
        else ()
    )
    if not decision.reason:
        return lifted
    hidden = (" · the reason is shown when all have decided", MUTED)
    return (*lifted, *((": ", said(decision.reason, 300)) if is_over else (hidden,)))


def _steps(one: Approval) -> list[Text]:
    """The newest steps, the last one first; of a plan of many steps the note says how far it is."""
    effects = one.effect.steps if one.effect else ()
    lines = [
        words(f"{step.number} {step.state.value.lower()} · ", said(step.result, 300))
        for step in reversed(effects[-STEPS_SHOWN:])
    ]
    hidden = len(effects) - STEPS_SHOWN
    return [*lines, words((f"and {hidden:,} before", MUTED))] if hidden > 0 else lines


def _fates(one: Approval) -> list[Block]:
    """The sessions of a plan in waves that failed again, and those that were not touched."""
    done = one.effect.steps if one.effect else ()
    ids = {number: step.session_id for number, step in enumerate(one.request.plan.steps, 1)}
    told = {"AGAIN": Fate.FAILED, "LEFT OUT": Fate.LEFT_OUT}
    return [
        section(title, joined([said(ids[step.number], 64) for step in hit], ", "))
        for title, fate in told.items()
        if (hit := [step for step in done if step.fate is fate])
    ]


def came(one: Approval) -> list[Block]:
    """Return how the jobs of a request ended, and whether what ran is what was previewed."""
    ordered = sorted(one.outcomes, key=lambda outcome: not outcome.fidelity)
    return [
        section(
            "CAME OF IT",
            words(
                sign(FAILED if outcome.fidelity else OK),
                " ",
                said(f"{outcome.job} {outcome.result}; it {as_previewed(outcome)}", 600),
            ),
        )
        for outcome in ordered[:STEPS_SHOWN]
    ]


def their_words(one: Approval) -> Group:
    """Return the asker's own words in their box, marked as not ours."""
    who = "the assistant's" if one.request.plan.requester.startswith("agent:") else "the asker's"
    claim = one.request.client_claim
    calls = f" (calls itself {claim})" if claim else ""
    head = Hanging("│ ", said(f"{who} words, not bunsui's:{calls}", 120, MUTED))
    return stack([head, quoted(one.request.reason or "(no reason given)", WORDS_LIMIT)])
