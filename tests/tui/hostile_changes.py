"""Changes and timelines whose every text from outside is hostile."""

from __future__ import annotations

from bunsui_core.domain.plan import Control
from bunsui_core.domain.preview import CodeUsed, JobPreview, Preview, ReusedOutput
from bunsui_core.domain.recovery import ControlProposal, Proposal
from bunsui_core.domain.storm import Casualty, LeftOut, Storm, StormProposal
from bunsui_core.domain.timeline import JobTimeline, StateEnd, StateRun, StateTrack
from bunsui_core.domain.waves import Waves
from tests.builders import NOW, a_plan, a_redrive, later


def a_preview_of(text: str) -> Preview:
    """A preview with the text in every place."""
    how = JobPreview(
        job=text,
        certain=(text,),
        possible=(text,),
        input_digest=text,
        code=(CodeUsed(name=text, revision=text),),
    )
    return Preview(
        runs=(text,),
        follows=(text,),
        reused=(ReusedOutput(job=text, output_digest=text),),
        untouched=(text,),
        resets=(text,),
        also_needs=(text,),
        jobs=(how, how.model_copy(update={"job": "other"})),
    )


def a_control_of(text: str, session_id: str, action: Control) -> ControlProposal:
    """A change of a session with the text in every place."""
    return ControlProposal(
        proposal_id=text,
        session_id=session_id,
        action=action,
        stops=(text, text),
        holds=(text, text),
        goes_on=(text, text),
        plan=a_plan(),
    )


def a_storm_of(text: str) -> Storm:
    """A storm with the text in every place."""
    said = {
        "pipeline": text,
        "job": text,
        "machine": text,
        "fingerprint": text,
        "category": "unknown",
        "error": text,
        "message": text,
    }
    hit = Casualty.model_validate({**said, "session_id": text, "failed_at": NOW})
    whole = {**said, "storm_id": text, "first_at": NOW, "last_at": NOW, "casualties": (hit, hit)}
    return Storm.model_validate(whole)


def a_recovery_of(text: str, canary: Proposal, waves: Waves) -> StormProposal:
    """One plan for two sessions, with the text in every place."""
    return StormProposal(
        proposal_id=text,
        storm=a_storm_of(text),
        mode=canary.mode,
        canary=canary,
        left_out=(LeftOut(session_id=text, reason=text),),
        plan=a_plan(waves=waves, steps=(a_redrive(session_id=text), a_redrive(session_id="s"))),
        inputs=("{}",),
    )


def a_timeline_of(text: str, session_id: str, job: str) -> JobTimeline:
    """One state below another, with the text in every place."""
    run = StateRun(began=NOW, ended=later(seconds=3), end=StateEnd.FAILED, tries=2)
    paths = ((text,), (text, f"{text}2"))
    return JobTimeline(
        session_id=session_id,
        job=job,
        attempt=1,
        execution_arn=text,
        redrive_count=0,
        tracks=tuple(StateTrack(path=path, type=text, runs=(run, run)) for path in paths),
        is_over=True,
        note=text,
    )
