"""Requests and where they stand, told to an agent."""

from __future__ import annotations

from collections import Counter

from bunsui_core.domain.answer import Freshness
from bunsui_core.domain.approval import Answer, Approval, ApprovalStatus
from bunsui_core.domain.outcome import as_previewed
from bunsui_core.domain.plan import Plan, step_job
from bunsui_mcp.answers import ApprovalAnswer, ApprovalLine, ApprovalsAnswer
from bunsui_mcp.tell import clip, few, page

_TOLD = {
    ApprovalStatus.REQUESTED: "waits for a human; nothing has run",
    ApprovalStatus.APPROVED: "was approved by a human; the worker executes it next",
    ApprovalStatus.EXECUTING: "was approved by a human; the worker executes it",
    ApprovalStatus.REJECTED: "was rejected by a human; nothing has run",
    ApprovalStatus.EXPIRED: "expired because nobody decided in time; nothing has run",
    ApprovalStatus.WITHDRAWN: "was withdrawn by its asker; nothing has run",
    ApprovalStatus.STALE: "did not run, because the world had moved",
    ApprovalStatus.DONE: "was executed; what it started may still be running",
    ApprovalStatus.DONE_AMBIGUOUS: "was executed, by bunsui or by somebody at the same moment",
    ApprovalStatus.FAILED: "was approved and could not be executed",
    ApprovalStatus.NEEDS_HUMAN: "stopped halfway; a human must look",
}


def approval_answer(approval: Approval, freshness: Freshness, executes: bool) -> ApprovalAnswer:
    """Return where a request stands, and whether a worker `executes` what is approved there."""
    plan, effect = approval.request.plan, approval.effect
    return ApprovalAnswer(
        summary=f"Request {clip(plan.request_id, 100)} {standing_of(approval, executes)}.",
        next=_after(approval, executes),
        as_of=freshness.as_of,
        source=freshness.source,
        request_id=plan.request_id,
        status=approval.status,
        is_open=approval.status.is_open,
        plan_digest=approval.request.plan_digest,
        session_id=plan.session_id,
        steps=_steps(plan),
        risk=plan.risk,
        expires_at=plan.expires_at,
        decided_by=few(
            [_decider(one.decision.decision, one.decision.approver) for one in approval.decisions]
        ),
        results=tuple(
            clip(f"step {step.number} {step.state}: {step.result}", 300)
            for step in (effect.steps[-5:] if effect else ())
        ),
        note=clip(_note(approval), 600),
    )


def _note(approval: Approval) -> str:
    """What a human or the worker noted, and whether what ran is what was previewed."""
    ordered = sorted(approval.outcomes, key=lambda one: not one.fidelity)
    came = [f"{one.job} {one.result}: it {as_previewed(one)}" for one in ordered[:3]]
    return "; ".join(part for part in (approval.note, *came) if part)


def asked_answer(
    approval: Approval, proposal_id: str, freshness: Freshness, executes: bool
) -> ApprovalAnswer:
    """Return where a request stands that was just made, or that was there about the same."""
    answer = approval_answer(approval, freshness, executes)
    if approval.request.plan_digest == proposal_id:
        return answer
    told = f"This already has an open request; no second one was made. {answer.summary}"
    return answer.model_copy(update={"summary": told})


def standing_of(approval: Approval, executes: bool) -> str:
    """Return in words where a request stands, for after "The request"."""
    told, where = _TOLD[approval.status], approval.request.plan.environment
    if executes or not approval.status.is_open:
        return told
    stands, _, _ = told.partition(";")
    return f"{stands}; bunsui only reads {clip(where, 60)}, nothing is executed there"


def approvals_answer(
    found: list[Approval], cursor: str, most: int, freshness: Freshness
) -> ApprovalsAnswer:
    """Return one page of requests, newest first."""
    lines = page([_line(one) for one in found], cursor, most)
    count = Counter(one.status for one in found)
    states = ", ".join(f"{number} {status}" for status, number in sorted(count.items()))
    return ApprovalsAnswer(
        summary=f"{len(lines.items)} of {len(found)} requests: {states}."
        if found
        else "No request matches.",
        next=_after_list(found),
        as_of=freshness.as_of,
        source=freshness.source,
        approvals=lines.items,
        total=len(found),
        truncated=bool(lines.next_cursor),
        next_cursor=lines.next_cursor,
    )


def _line(approval: Approval) -> ApprovalLine:
    plan = approval.request.plan
    return ApprovalLine(
        request_id=plan.request_id,
        status=approval.status,
        is_open=approval.status.is_open,
        session_id=plan.session_id,
        steps=_steps(plan),
        risk=plan.risk,
        requester=clip(plan.requester, 80),
        asked_at=plan.created_at,
        expires_at=plan.expires_at,
    )


def _steps(plan: Plan) -> tuple[str, ...]:
    return few([f"{step.kind} {step_job(step)}".strip() for step in plan.steps])


def _decider(answer: Answer, approver: str) -> str:
    return f"{answer} by {clip(approver, 80)}"


def _after(approval: Approval, executes: bool) -> str:
    if approval.status.is_open and not executes:
        return "Tell the user that nothing is executed there; a human can do it in the console."
    if approval.status.is_open:
        return f"wait_for_approval with request_id {clip(approval.request.id, 100)}."
    session_id = clip(approval.request.plan.session_id, 100)
    match approval.status:
        case ApprovalStatus.DONE | ApprovalStatus.DONE_AMBIGUOUS:
            return f"get_session with session_id {session_id} shows whether it recovered."
        case ApprovalStatus.REJECTED:
            return "Read note, tell the user, and do not ask for the same again."
        case _:
            return f"propose_recovery with session_id {session_id} looks at the world as it is now."


def _after_list(found: list[Approval]) -> str:
    waiting = next((one for one in found if one.status.is_open), None)
    if waiting:
        return f"wait_for_approval with request_id {clip(waiting.request.id, 100)}."
    return "list_sessions with status FAILED finds what broke."
