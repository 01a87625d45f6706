"""Bring together what a verdict on a failed job rests on."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bunsui_core.app.looks import looks
from bunsui_core.app.standing import Ended
from bunsui_core.domain.archived import ArchivedExecution
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.effect import again, operations
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.failure import Definition, HistoryEvent, Observation
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.verdict import Again, Case, Mode
from bunsui_core.ports.observe import Seeing


class Aim(NamedTuple):
    """What is to run again: the job's declared effect, and the state to enter, if one is named."""

    effect: SideEffect
    state: str = ""


def case_of(
    diagnosis: Diagnosis,
    ended: tuple[Observation, tuple[HistoryEvent, ...]],
    aim: Aim,
    kept: ArchivedExecution | None,
    seeing: Seeing,
    now: datetime,
) -> Case:
    """Return the case of a failed job: what changed since, and what each mode would do twice.

    `kept` is the archive of that very execution, with how things stood at its failure.
    Raises: nothing that a look meets; what cannot be seen is told in the case.
    """
    execution, history = ended
    definition = kept.definition if kept else _definition(execution, seeing)
    then = kept.standing if kept else ()
    found = Ended(execution, history, definition)
    return Case(
        diagnosis=diagnosis,
        redrive_status=execution.redrive_status,
        redrive_status_reason=execution.redrive_status_reason,
        effect=aim.effect,
        looks=looks(diagnosis, found, then, seeing, now),
        input_edited=False,
        again=_again(diagnosis, aim, found),
    )


def _again(diagnosis: Diagnosis, aim: Aim, ended: Ended) -> tuple[Again, ...]:
    """Nothing where the history is not known: then the effect of the whole job counts."""
    if not ended.history or ended.definition is None:
        return ()
    failure = diagnosis.failure
    ran = operations(ended.history, ended.definition.definition)
    path = failure.caught_path or failure.state_path
    failing = _name(path[-1]) if path else ""
    at = {
        Mode.REDRIVE: _name(failure.state_path[0]) if failure.state_path else "",
        Mode.ENTER_AT: aim.state or (_name(path[0]) if path else ""),
        Mode.RESTART: "",
    }
    return tuple(again(mode, aim.effect, ran, state, failing) for mode, state in at.items())


def _name(label: str) -> str:
    """The state of a label: `Each` of `Each[4]`."""
    return label.partition("[")[0]


def _definition(execution: Observation, seeing: Seeing) -> Definition | None:
    try:
        return seeing.executions.definition(execution.execution_arn)
    except BunsuiError:
        return None
