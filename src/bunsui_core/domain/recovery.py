"""What could be done about a failure, judged and ranked."""

from __future__ import annotations

from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.plan import Control, Plan
from bunsui_core.domain.preview import Preview
from bunsui_core.domain.value import JsonText, Value
from bunsui_core.domain.verdict import Mode, Verdict


class Odds(Value):
    """How often the like of it worked; `is_prior` when this team has fewer than three tries."""

    successes: int
    tries: int
    low: float
    high: float
    is_prior: bool


class Wanted(Value):
    """How a job is to run again: in one mode, or without one in each that is possible.

    `state` is where a new execution enters, where it failed when it is empty; `edited_input`
    replaces the recorded input of the job, or of that state; `output` is what a human gives for a
    job that is marked done. Jobs below that are done run again only `downstream`.
    """

    mode: Mode | None = None
    downstream: bool = False
    state: str = ""
    edited_input: JsonText | None = None
    output: JsonText | None = None


def target(named: str) -> tuple[str, str]:
    """Return the job and the state that `JOB` or `JOB/STATE` names. Raises: BadInput."""
    job, slash, state = named.partition("/")
    if slash and not (job and state):
        raise BadInput(f"{named!r} names no state of a job.", "Name it as JOB/STATE, or JOB alone.")
    return job, state


class RefusedMode(Value):
    """A mode that is not possible here, why, and what is instead."""

    mode: Mode
    why: str
    instead: str


class Proposal(Value):
    """One way to recover; `plan` is what a request for it would carry, with its `input` text.

    That text is what the job's execution starts with, or the output of a job marked done;
    `editable` is the part of it that a human may replace: of an execution that enters at a
    state, the input of that state.
    """

    proposal_id: str
    session_id: str
    job: str
    mode: Mode
    verdict: Verdict
    recommended: bool
    odds: Odds
    preview: Preview
    plan: Plan
    input: JsonText
    editable: JsonText = "null"


class ControlProposal(Value):
    """A pause, an end of a pause or a cancellation, ready to be asked for.

    `stops` are the jobs whose executions are stopped, `holds` those that do not start, `goes_on`
    those that run to their end, or may start again.
    """

    proposal_id: str
    session_id: str
    action: Control
    stops: tuple[str, ...]
    holds: tuple[str, ...]
    goes_on: tuple[str, ...]
    plan: Plan
