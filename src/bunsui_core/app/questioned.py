"""Ask again what a step of a plan asks, as it would be answered now."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.app.ground import entering, ground_of
from bunsui_core.app.propose import require_possible
from bunsui_core.app.world import World
from bunsui_core.domain.accepted import is_named_twice
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.eligible import require_rerun
from bunsui_core.domain.plan import EnterJob, JobStep, MarkDone, RestartJob
from bunsui_core.domain.propose import Question, chosen_input
from bunsui_core.domain.session import Session
from bunsui_core.domain.stepped import wanted_of
from bunsui_core.domain.verdict import Mode
from bunsui_core.ports.observe import Seeing


def question_of(
    step: JobStep, text: str, session: Session, world: World, seeing: Seeing, now: datetime
) -> Question:
    """Return the question that a step is an answer to, without a case to judge.

    Raises: Refused, BadInput when the step is not possible any more.
    """
    wanted = wanted_of(step, text)
    require_rerun(session, step.job, wanted)
    require_possible(session, step.job, Mode(step.kind), wanted, world)
    ground = ground_of(session, step.job, wanted, world, seeing)
    if isinstance(step, EnterJob):
        ground = entering(ground, step.job, wanted, world)
    return Question(
        session=session,
        job=step.job,
        case=None,
        expect=world.expect,
        wanted=wanted,
        ground=ground,
        requester="",
        asked_at=now,
    )


def foreign(step: JobStep, text: str, question: Question) -> bool:
    """Whether the text that goes with a step is not what its job would get in this way.

    Texts of one digest may still differ, as in a name that stands twice: what was recorded goes
    on as it was recorded, and what is given has one meaning.
    """
    named = step.output_digest if isinstance(step, MarkDone) else step.input_digest
    own = chosen_input(question, Mode(step.kind))
    if not named == json_digest(own) == json_digest(text):
        return True
    is_recorded = isinstance(step, RestartJob) and not step.input_edited
    return text != own if is_recorded else is_named_twice(text) and text != own
