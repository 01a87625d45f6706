"""Previews of changes whose every text from outside is hostile."""

from __future__ import annotations

from bunsui_core.domain.plan import Control
from bunsui_core.domain.preview import CodeUsed, JobPreview, Preview, ReusedOutput
from bunsui_core.domain.recovery import ControlProposal
from tests.builders import a_plan


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
