"""The ways to recover, told to an agent."""

from __future__ import annotations

from bunsui_core.domain.answer import Freshness, Proposals
from bunsui_core.domain.plan import EnterJob, RestartJob
from bunsui_core.domain.preview import Preview
from bunsui_core.domain.recovery import Proposal
from bunsui_mcp.answers import OddsLine, PreviewLine, ProposalLine, ProposalsAnswer
from bunsui_mcp.tell import clip, few, page

_REASONS = 5


def proposals_answer(found: Proposals, freshness: Freshness) -> ProposalsAnswer:
    """Return every mode with its verdict, best first."""
    lines = page([_line(one) for one in found.proposals], "", len(found.proposals))
    rulings = ", ".join(f"{one.mode} {one.verdict.ruling}" for one in found.proposals)
    best = next((one for one in found.proposals if one.recommended), None)
    return ProposalsAnswer(
        summary=f"Job {found.job}: {rulings or 'nothing is possible'}. "
        + (f"Recommended: {best.mode}." if best else "None is recommended.")
        + _other_needs(found)
        + _impossible(found),
        next=_after(best),
        as_of=freshness.as_of,
        source=freshness.source,
        session_id=found.session_id,
        job=found.job,
        proposals=lines.items,
        truncated=bool(lines.next_cursor),
    )


def in_short(proposal: Proposal) -> str:
    """Return what would run and how it is judged, in two sentences."""
    preview, reason = proposal.preview, proposal.verdict.reasons[0].text
    parts = {
        "runs": preview.runs,
        "then follow": preview.follows,
        "run again": preview.resets,
        "reused": tuple(one.job for one in preview.reused),
    }
    would = "; ".join(f"{name} {', '.join(few(jobs, 5))}" for name, jobs in parts.items() if jobs)
    return f"{proposal.mode} is {proposal.verdict.ruling}: {clip(reason, 240)}. It {would}."


def _other_needs(found: Proposals) -> str:
    """Which other failed jobs must be repaired before anything follows."""
    needs = found.proposals[0].preview.also_needs if found.proposals else ()
    return f" What follows also needs {', '.join(few(needs))}." if needs else ""


def _impossible(found: Proposals) -> str:
    """Which modes are not possible here, and why."""
    said = (f"{one.mode}: {clip(one.why, 160)}" for one in found.refused[:3])
    text = " ".join(said)
    return f" Not possible: {text}" if text else ""


def _after(best: Proposal | None) -> str:
    if best:
        return f"request_recovery with proposal_id {best.proposal_id} and your reason."
    return (
        "Read the reasons. Correct the input (propose_recovery with input) or have the cause "
        "repaired, then propose again."
    )


def _line(proposal: Proposal) -> ProposalLine:
    return ProposalLine(
        proposal_id=proposal.proposal_id,
        mode=proposal.mode,
        verdict=proposal.verdict.ruling,
        recommended=proposal.recommended,
        risk=proposal.plan.risk,
        input_edited=any(
            isinstance(step, RestartJob | EnterJob) and step.input_edited
            for step in proposal.plan.steps
        ),
        reasons=tuple(clip(one.text, 240) for one in proposal.verdict.reasons[:_REASONS]),
        odds=OddsLine(**proposal.odds.model_dump()),
        preview=_preview_line(proposal.preview),
    )


def _preview_line(preview: Preview) -> PreviewLine:
    own = next((one for one in preview.jobs if one.job in preview.runs), None)
    return PreviewLine(
        certain_states=few(own.certain if own else (), 8),
        possible_states=few(own.possible if own else (), 8),
        runs=few(preview.runs, 6),
        follows=few(preview.follows, 6),
        resets=few(preview.resets, 6),
        reused=few([one.job for one in preview.reused], 6),
        untouched=few(preview.untouched, 6),
    )
