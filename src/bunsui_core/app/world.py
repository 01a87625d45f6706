"""The world as a plan expects it, and whether it still is so."""

from __future__ import annotations

from bunsui_core.domain.answer import Check
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.plan import Expect
from bunsui_core.domain.rerun import last_attempt
from bunsui_core.domain.session import Session
from bunsui_core.ports.observe import Seeing


def expectation(session: Session, job: str, seeing: Seeing) -> Expect:
    """Return how the job's newest execution, its machine and its pipeline stand now.

    Raises: NotFound when the job never started or AWS has forgotten its execution.
    """
    attempt = last_attempt(session, job)
    found = session.pipeline.find(job)
    if attempt is None or found is None or not attempt.execution_arn:
        raise NotFound(f"job {job} of session {session.id} has no execution.", "Nothing to rerun.")
    observation = seeing.executions.describe(attempt.execution_arn)
    events = seeing.executions.history(attempt.execution_arn)
    return Expect(
        status=observation.status,
        redrive_count=observation.redrive_count,
        last_event_id=events[-1].id if events else 0,
        definition_revision=seeing.inventory.definition_revision(found.machine),
        graph_hash=session.pipeline.graph_hash,
        attempt=attempt.number,
    )


def checks(expected: Expect, found: Expect) -> tuple[Check, ...]:
    """Return each expectation beside what is there now."""
    names = {
        "status": "status",
        "redrive_count": "redrives",
        "last_event_id": "last event",
        "definition_revision": "definition",
        "graph_hash": "graph",
        "attempt": "attempt",
    }
    return tuple(
        Check(
            name=label,
            expected=str(getattr(expected, field)),
            found=str(getattr(found, field)),
            holds=getattr(expected, field) == getattr(found, field),
        )
        for field, label in names.items()
    )


def difference(found: tuple[Check, ...]) -> str:
    """Return the broken expectations as one sentence, or an empty text when all hold."""
    broken = [f"{c.name} was {c.expected}, is {c.found}" for c in found if not c.holds]
    return "; ".join(broken)
