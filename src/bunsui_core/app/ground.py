"""Look at what a rerun would run: definitions, code, and where it would enter."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bunsui_core.app.world import World
from bunsui_core.domain.called import functions_in
from bunsui_core.domain.door import require_enterable
from bunsui_core.domain.entry import recorded_entry
from bunsui_core.domain.errors import BadInput, BunsuiError, Refused
from bunsui_core.domain.failure import Definition, HistoryEvent
from bunsui_core.domain.history import read_failure
from bunsui_core.domain.preview import CodeUsed
from bunsui_core.domain.previewing import UNSEEN, preview
from bunsui_core.domain.propose import Ground
from bunsui_core.domain.recovery import Wanted
from bunsui_core.domain.session import Session
from bunsui_core.domain.verdict import Mode
from bunsui_core.ports.observe import Inventory, Seeing

MOST_MACHINES = 100
"""Machines of jobs below whose definition is looked at, the nearest ones: each is a call, of which
Step Functions allows 20 a second (DescribeStateMachine)."""

MOST_FUNCTIONS = 20
"""Functions of a job whose code is looked at."""


def ground_of(session: Session, job: str, wanted: Wanted, world: World, seeing: Seeing) -> Ground:
    """Return what the preview of a rerun rests on; what cannot be seen is left out."""
    found = preview(session, job, Mode.RESTART, wanted.downstream)
    machines = {one.name: one.machine for one in session.pipeline.jobs}
    later = dict.fromkeys(machines[name] for name in (*found.follows, *found.resets))
    others = [one for one in later if one != machines[job]][:MOST_MACHINES]
    present = tuple(_definitions(others, seeing.inventory))
    own = world.present
    return Ground(
        failed_state=failed_state(job, world),
        then=_then(world, seeing),
        present=(*((own,) if own else ()), *present),
        code=tuple(_code(own, seeing.inventory)) if own else (),
    )


def entering(ground: Ground, job: str, wanted: Wanted, world: World) -> Ground:
    """Return the ground with where a new execution enters, and with which input. Raises: Refused.

    That is the state that is wanted, or else the one in which the job failed.
    """
    if world.present is None:
        raise Refused(f"the machine of job {job} is gone.", "Deploy it again.")
    state = wanted.state or failed_state(job, world) or _none_failed(job)
    try:
        require_enterable(world.present.definition, state)
    except BadInput as error:
        raise Refused(f"the machine of job {job} cannot be read.", "Restart it instead.") from error
    edited = wanted.edited_input
    given = _history_of(state, world)
    if edited is not None:
        given = tuple(_with_input(one, state, edited) for one in given)
    recorded = recorded_entry(given, state)
    entry = recorded if edited is None else recorded.model_copy(update={"input": edited})
    return ground.model_copy(update={"entry": entry, "recorded": recorded.input})


def failed_state(job: str, world: World) -> str:
    """Return the outermost state in which the execution failed.

    Of a Fail state that hides an error, that is the one that raised it.
    """
    failure = read_failure(job, world.execution, world.history) if world.execution else None
    if failure is None:
        return ""
    caught = failure.died_in_fail_state and failure.caught_path
    path = failure.caught_path if caught else failure.state_path
    return path[0].split("[", 1)[0] if path else ""


def _history_of(state: str, world: World) -> tuple[HistoryEvent, ...]:
    """The newest history that tells of a state: a new execution may have entered after it."""
    for events in chain((world.history,), world.before()):
        if any(one.name == state and one.type.endswith("StateEntered") for one in events):
            return events
    return world.history


def _none_failed(job: str) -> str:
    raise Refused(
        f"in no state of job {job} something failed.",
        f"Name the state to enter at, as {job}/STATE, or restart the job.",
    )


def _with_input(event: HistoryEvent, state: str, text: str) -> HistoryEvent:
    """An input that was not recorded is replaced by one that is given."""
    is_it = event.name == state and event.type.endswith("StateEntered") and event.input is None
    return event.model_copy(update={"input": text}) if is_it else event


def _then(world: World, seeing: Seeing) -> Definition | None:
    if world.execution is None:
        return None
    try:
        return seeing.executions.definition(world.execution.execution_arn)
    except BunsuiError:
        return None


def _definitions(machines: list[str], inventory: Inventory) -> Iterator[Definition]:
    for machine in machines:
        try:
            yield inventory.current_definition(machine)
        except BunsuiError:
            continue


def _code(definition: Definition, inventory: Inventory) -> Iterator[CodeUsed]:
    for name in functions_in(definition.definition)[:MOST_FUNCTIONS]:
        try:
            code = inventory.code(name)
            revision = "+".join(part for part in (code.code_sha256, code.settings) if part)
        except BunsuiError:
            revision = UNSEEN
        yield CodeUsed(name=name, revision=revision)
