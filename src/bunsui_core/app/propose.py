"""Read the world around a job and propose every way to recover it, or to run it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bunsui_core.app.case import Aim, case_of
from bunsui_core.app.diagnose import diagnose_job
from bunsui_core.app.ground import entering, ground_of
from bunsui_core.app.remembered import remembered
from bunsui_core.app.watch import find_job, seen_now
from bunsui_core.app.world import World, look
from bunsui_core.domain.accepted import require_input, require_output, require_state_input
from bunsui_core.domain.answer import Proposals
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.eligible import require_mode, require_rerun, require_same_pipeline
from bunsui_core.domain.errors import NotFound, Refused
from bunsui_core.domain.pipeline import Job, Pipeline, SideEffect
from bunsui_core.domain.propose import OFFERED, Question, chosen_input, propose
from bunsui_core.domain.recovery import Proposal, RefusedMode, Wanted
from bunsui_core.domain.rerun import last_attempt
from bunsui_core.domain.session import Session, SessionOrigin
from bunsui_core.domain.startable import express
from bunsui_core.domain.verdict import Case, Mode
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store


@dataclass(frozen=True)
class Asked:
    """Who asks for what, and when; the same again gives the same plans while the world rests.

    `repairs` is whether the job must have failed. There is a request's id for each mode.
    """

    session_id: str
    job: str
    wanted: Wanted
    requester: str
    at: datetime
    request_ids: tuple[str, ...]
    repairs: bool = True


class Offers(NamedTuple):
    """What can be done about a job, best first, and what cannot, with the reasons."""

    question: Question
    proposals: tuple[Proposal, ...]
    refused: tuple[RefusedMode, ...]


def proposals(asked: Asked, store: Store, seeing: Seeing) -> Proposals:
    """Return every way to recover the job, best first. Nothing is written.

    Raises: NotFound, Refused when the job did not fail or cannot run again, Unavailable.
    """
    found = offers(asked, store, seeing)
    case = found.question.case
    if case is None:
        raise Refused(
            f"why job {found.question.job} of {asked.session_id} failed is not known: nothing ran.",
            f"Run it again: bunsui sessions rerun {asked.session_id} --from {found.question.job}.",
        )
    return Proposals(
        session_id=found.question.session.id,
        job=found.question.job,
        diagnosis=case.diagnosis,
        proposals=found.proposals,
        refused=found.refused,
    )


def offers(asked: Asked, store: Store, seeing: Seeing) -> Offers:
    """Return what can be done about a job, judged. A mode that was asked for and is not possible
    is raised, the others are told.

    Raises: NotFound, BadInput, Refused, Unavailable.
    """
    session = seen_now(store.sessions.get(asked.session_id), seeing.executions, asked.at)
    job = find_job(session, asked.job)
    _must_have_failed(session, job, asked)
    require_rerun(session, job, asked.wanted)
    require_same_pipeline(session, present_pipeline(session, store))
    world = look(session, job, seeing)
    question = Question(
        session=session,
        job=job,
        case=_case(session, job, world, asked, store, seeing),
        expect=world.expect,
        wanted=asked.wanted,
        ground=ground_of(session, job, asked.wanted, world, seeing),
        requester=asked.requester,
        asked_at=asked.at,
    )
    return _offers(question, world, asked, store)


def _offers(question: Question, world: World, asked: Asked, store: Store) -> Offers:
    """An entry is looked for once; it belongs to what the proposals rest on."""
    mode, refused, possible = asked.wanted.mode, [], []
    for one, request_id in zip((mode,) if mode else OFFERED, asked.request_ids, strict=False):
        try:
            wanted = asked.wanted if mode else _fitting(one, asked.wanted)
            require_possible(question.session, question.job, one, wanted, world)
            if one is Mode.ENTER_AT:
                ground = entering(question.ground, question.job, wanted, world)
                at_state = question.model_copy(update={"ground": ground})
                chosen_input(at_state, one)  # refuses what is too large together
                question = at_state
        except Refused as error:
            if mode:
                raise
            refused.append(RefusedMode(mode=one, why=error.message, instead=error.next_step))
            continue
        possible.append((one, request_id))
    found = propose(question, store.outcomes.all(), tuple(possible))
    return Offers(question, found, tuple(refused))


def require_possible(session: Session, job: str, mode: Mode, wanted: Wanted, world: World) -> None:
    """Refuse a mode, or what is given for it. Raises: Refused, BadInput."""
    require_mode(session, job, mode, wanted)
    if world.present is None and mode is not Mode.MARK_DONE:
        machine = _job(session, job).machine
        raise Refused(
            f"the machine of job {job} was deleted: {machine}.",
            "Deploy it again, or mark the job done with an output.",
        )
    if world.present and world.present.is_express and mode is not Mode.MARK_DONE:
        told = express(_job(session, job).machine, job)
        raise Refused(told.message, told.next_step)
    if mode is Mode.RESTART and wanted.edited_input is not None:
        require_input(_job(session, job), wanted.edited_input)
    if mode is Mode.ENTER_AT and wanted.edited_input is not None:
        require_state_input(wanted.edited_input)
    if mode is Mode.MARK_DONE and wanted.output is not None:
        require_output(wanted.output)


def present_pipeline(session: Session, store: Store) -> Pipeline | None:
    """Return the pipeline of a session as it is now, if bunsui knows one of that name."""
    if session.origin is SessionOrigin.FOUND:
        return None
    try:
        return store.pipelines.get(session.pipeline.name)
    except NotFound:
        return None


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


def _fitting(mode: Mode, wanted: Wanted) -> Wanted:
    """What is wanted, as far as it concerns a mode that was not asked for by name."""
    if mode is Mode.ENTER_AT and wanted.edited_input is not None:
        raise Refused(
            "the edited input is the job's; a state has an input of its own.",
            "Choose enter_at to give that.",
        )
    edited = wanted.edited_input if mode is Mode.RESTART else None
    state = wanted.state if mode is Mode.ENTER_AT else ""
    return wanted.model_copy(update={"edited_input": edited, "output": None, "state": state})


def _must_have_failed(session: Session, job: str, asked: Asked) -> None:
    attempt = last_attempt(session, job)
    if asked.repairs and (attempt is None or not attempt.status.is_failure):
        raise Refused(
            f"job {job} of session {session.id} is {attempt.status if attempt else 'WAITING'}, "
            "it did not fail.",
            "Only a failed job can be recovered.",
        )


def _case(
    session: Session, job: str, world: World, asked: Asked, store: Store, seeing: Seeing
) -> Case | None:
    """What a verdict rests on; nothing where the job did not fail, or nothing of it ran."""
    if world.execution is None or not world.execution.status.is_failure:
        return None
    diagnosis = known_diagnosis(session, job, store, seeing, asked.at)
    aim = Aim(_job(session, job).effect, asked.wanted.state)
    ended, kept = (world.execution, world.history), remembered(session, job, store)
    return case_of(diagnosis, ended, aim, kept, seeing, asked.at)


def _job(session: Session, name: str) -> Job:
    found = session.pipeline.find(name)
    return found or Job(name=name, machine="", effect=SideEffect.EXTERNAL)
