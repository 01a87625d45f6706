"""Whether a request that is open asks for what was asked now, or for something else."""

from __future__ import annotations

from bunsui_core.domain.plan import (
    ControlSession,
    EnterJob,
    MarkDone,
    Plan,
    RedriveJob,
    RestartJob,
    StartSession,
    Step,
)

NOT_ASKED = "it is not what was asked now"
"""Stands in the note of an open request that asks for something else."""

SHOWN = 3
"""Steps of a plan that are named."""


def asked_else(asked: Plan, standing: Plan) -> str:
    """Return how an open request differs from what was asked now; empty when it is the same.

    When they were made, under which ids and what was seen of the world is no difference.
    """
    ours, theirs = tuple(map(_wish, asked.steps)), tuple(map(_wish, standing.steps))
    if ours == theirs and asked.waves == standing.waves:
        return ""
    if _named(asked) != _named(standing):
        return f"it asks to {_named(standing)}, and not to {_named(asked)}"
    return f"it asks to {_named(standing)} too, and with another input or in another way"


def _wish(step: Step) -> tuple[object, ...]:
    """What a step is to do."""
    match step:
        case RedriveJob():
            return step.kind, step.session_id, step.job, step.downstream
        case RestartJob():
            return step.kind, step.session_id, step.job, step.downstream, step.input_digest
        case EnterJob():
            about = step.session_id, step.job, step.state
            return step.kind, *about, step.downstream, step.input_digest
        case MarkDone():
            return step.kind, step.session_id, step.job, step.downstream, step.output_digest
        case ControlSession():
            return step.kind, step.session_id, step.action
        case StartSession():
            return step.kind, step.pipeline, step.input_digest


def _named(plan: Plan) -> str:
    told = ", ".join(_words(step) for step in plan.steps[:SHOWN])
    more = len(plan.steps) - SHOWN
    return f"{told} and {more} more" if more > 0 else told


def _words(step: Step) -> str:
    match step:
        case StartSession():
            return f"start {step.pipeline}"
        case ControlSession():
            return f"{step.action.value} {step.session_id}"
        case EnterJob():
            return f"enter {step.job} at {step.state}"
        case MarkDone():
            return f"mark {step.job} done"
        case RedriveJob() | RestartJob():
            return f"{step.kind} {step.job}"
