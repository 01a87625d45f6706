"""Failures that said the same, told to an agent."""

from __future__ import annotations

from collections import Counter

from bunsui_core.domain.answer import Freshness, SimilarFailures
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.storm import Storm
from bunsui_mcp.answers import SimilarAnswer, SimilarLine
from bunsui_mcp.tell import clip, page


def similar_answer(
    found: SimilarFailures, storm: Storm | None, most: int, freshness: Freshness
) -> SimilarAnswer:
    """Return the failures like one, newest first, each with what a rerun brought."""
    itself = found.diagnosis
    lines = page([_line(one, found.outcomes) for one in found.others], "", most)
    return SimilarAnswer(
        summary=f"{_sentence(found)}{_of_storm(storm)}",
        next=f"propose_recovery with session_id {clip(itself.session_id, 100)} and job "
        f"{itself.job} judges what to do now.",
        as_of=freshness.as_of,
        source=freshness.source,
        session_id=itself.session_id,
        job=itself.job,
        fingerprint=found.fingerprint,
        category=itself.category,
        error=clip(itself.failure.innermost.error, 160),
        failures=lines.items,
        truncated=bool(lines.next_cursor) or len(found.others) >= most,
        storm_id=storm.storm_id if storm else "",
        storm_sessions=len(storm.casualties) if storm else 0,
    )


def _sentence(found: SimilarFailures) -> str:
    if not found.others:
        return "No other known failure said the same."
    worked = sum(one.worked for one in found.outcomes)
    tries = f"{worked} of {len(found.outcomes)} reruns of them worked" if found.outcomes else ""
    jobs = Counter(one.job for one in found.others)
    where = ", ".join(f"{job} ({number})" for job, number in jobs.most_common(3))
    return (
        f"{len(found.others)} other failures said the same, in {where}; "
        f"{tries or 'none of them was run again through bunsui'}."
    )


def _of_storm(storm: Storm | None) -> str:
    if storm is None:
        return ""
    return (
        f" {len(storm.casualties)} sessions failed so at about the same time: request_recovery "
        f"with {storm.storm_id} as proposal_id asks for all of them, one first, then in waves."
    )


def _line(one: Diagnosis, outcomes: tuple[Outcome, ...]) -> SimilarLine:
    mine = [o for o in outcomes if (o.session_id, o.job) == (one.session_id, one.job)]
    last = mine[-1] if mine else None
    return SimilarLine(
        session_id=one.session_id,
        job=one.job,
        category=one.category,
        made_at=one.made_at,
        rerun=f"{last.mode} {last.result}" if last else "",
        untrusted_message=clip(one.failure.message, 200),
    )
