"""Read the world around a failed job and propose every way to recover it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bunsui_core.app.diagnose import diagnose_job
from bunsui_core.app.looks import looks
from bunsui_core.app.remembered import remembered
from bunsui_core.app.watch import find_job, seen_now
from bunsui_core.app.world import expectation
from bunsui_core.domain.answer import Proposals
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.propose import Question, propose
from bunsui_core.domain.rerun import last_attempt
from bunsui_core.domain.session import Session
from bunsui_core.domain.verdict import Case
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store


@dataclass(frozen=True)
class Asked:
    """Who asks for what, and when; the same again gives the same plans while the world rests."""

    session_id: str
    job: str
    edited_input: str | None
    requester: str
    at: datetime
    request_ids: tuple[str, str]


def proposals(asked: Asked, store: Store, seeing: Seeing) -> Proposals:
    """Return every way to recover the job, best first. Nothing is written.

    Raises: NotFound, Refused when the job did not fail, Unavailable.
    """
    question = ask_about(asked, store, seeing)
    return Proposals(
        session_id=question.session.id,
        job=question.case.diagnosis.job,
        diagnosis=question.case.diagnosis,
        proposals=propose(question, store.outcomes.all(), asked.request_ids),
    )


def ask_about(asked: Asked, store: Store, seeing: Seeing) -> Question:
    """Return the question with everything that was looked at for it."""
    session = seen_now(store.sessions.get(asked.session_id), seeing.executions, asked.at)
    job = find_job(session, asked.job)
    _must_have_failed(session, job)
    diagnosis = known_diagnosis(session, job, store, seeing, asked.at)
    return Question(
        session=session,
        case=_case(session, diagnosis, seeing, asked.at),
        expect=expectation(session, job, seeing),
        edited_input=asked.edited_input,
        requester=asked.requester,
        asked_at=asked.at,
    )


def known_diagnosis(
    session: Session, job: str, store: Store, seeing: Seeing, now: datetime
) -> Diagnosis:
    """Return the stored diagnosis of this very failure, or make it now."""
    attempt = last_attempt(session, job)
    known = store.diagnoses.get(session.id, job)
    if known and attempt and is_about(known, attempt.number, attempt.redrive_count):
        return known
    kept = remembered(session, job, store)
    return diagnose_job(session, job, seeing.executions, seeing.logs, now, kept)


def is_about(diagnosis: Diagnosis, attempt: int, redrive_count: int) -> bool:
    """Whether a diagnosis speaks of that attempt after that many redrives."""
    return (diagnosis.attempt, diagnosis.redrive_count) == (attempt, redrive_count)


def _must_have_failed(session: Session, job: str) -> None:
    attempt = last_attempt(session, job)
    status = attempt.status if attempt else "WAITING"
    if attempt is None or not attempt.status.is_failure:
        raise Refused(
            f"job {job} of session {session.id} is {status}, it did not fail.",
            "Only a failed job can be recovered.",
        )


def _case(session: Session, diagnosis: Diagnosis, seeing: Seeing, now: datetime) -> Case:
    observation = seeing.executions.describe(diagnosis.failure.execution_arn)
    job = session.pipeline.find(diagnosis.job)
    return Case(
        diagnosis=diagnosis,
        redrive_status=observation.redrive_status,
        redrive_status_reason=observation.redrive_status_reason,
        effect=job.effect if job else SideEffect.EXTERNAL,
        looks=looks(diagnosis, session, seeing, now),
        input_edited=False,
    )
