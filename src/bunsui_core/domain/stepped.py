"""What a step of a plan wants, told from the step and the text that its request carries."""

from __future__ import annotations

from bunsui_core.domain.entry import entry_in
from bunsui_core.domain.plan import EnterJob, JobStep, MarkDone, RestartJob
from bunsui_core.domain.recovery import Wanted
from bunsui_core.domain.verdict import Mode


def wanted_of(step: JobStep, text: str) -> Wanted:
    """Return how a step runs its job again; `text` is the input or output that goes with it."""
    edited = output = None
    state = step.state if isinstance(step, EnterJob) else ""
    if isinstance(step, EnterJob) and step.input_edited:
        entry = entry_in(text)
        edited = entry.input if entry else None
    elif isinstance(step, RestartJob) and step.input_edited:
        edited = text
    elif isinstance(step, MarkDone):
        output = text
    return Wanted(
        mode=Mode(step.kind),
        downstream=step.downstream,
        state=state,
        edited_input=edited,
        output=output,
    )
