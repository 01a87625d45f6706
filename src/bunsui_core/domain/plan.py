"""A change as a value: typed steps, their expectations, and one digest over all of it."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from bunsui_core.domain.canonical import canonical, canonical_json
from bunsui_core.domain.preview import NOTHING, Preview
from bunsui_core.domain.session import JobStatus, SessionStatus
from bunsui_core.domain.value import Instant, Json, Value
from bunsui_core.domain.waves import Waves

MOST_STEPS = 1000
"""How many steps a plan has at most; a storm of more sessions is recovered in several plans."""


class Risk(StrEnum):
    """How much a mistake would cost."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """The order of risks: a higher one costs more."""
        return list(Risk).index(self)


class Place(Value):
    """One environment: where plans act, and the only place their executor serves."""

    environment: str
    account: str
    region: str


class Expect(Value):
    """The world as the plan saw it; a difference at execution makes the request stale."""

    status: JobStatus
    redrive_count: int
    last_event_id: int
    definition_revision: str
    graph_hash: str
    attempt: int


class RedriveJob(Value):
    """Let the failed execution of a job go on at its failed state."""

    kind: Literal["redrive"] = "redrive"
    session_id: str
    job: str
    machine: str
    execution_arn: str
    input_digest: str
    expect: Expect
    downstream: bool = False
    preview: Preview = NOTHING


class RestartJob(Value):
    """Start a new execution of a job, with its recorded or an edited input."""

    kind: Literal["restart"] = "restart"
    session_id: str
    job: str
    machine: str
    failed_execution_arn: str
    execution_name: str
    attempt: int
    input_digest: str
    input_edited: bool
    expect: Expect
    downstream: bool = False
    preview: Preview = NOTHING


class EnterJob(Value):
    """Start a new execution of a job that enters at a state, with that state's input.

    `input_digest` is of the whole execution input: the payload, and the envelope that names the
    state, its input and the variables assigned before it.
    """

    kind: Literal["enter_at"] = "enter_at"
    session_id: str
    job: str
    machine: str
    failed_execution_arn: str
    execution_name: str
    attempt: int
    state: str
    input_digest: str
    input_edited: bool
    expect: Expect
    downstream: bool = False
    preview: Preview = NOTHING


class MarkDone(Value):
    """Take a failed job as done, with an output that a human gives; nothing of it runs."""

    kind: Literal["mark_done"] = "mark_done"
    session_id: str
    job: str
    machine: str
    failed_execution_arn: str
    attempt: int
    output_digest: str
    expect: Expect
    downstream: bool = False
    preview: Preview = NOTHING


class Control(StrEnum):
    """What is done to a session as a whole."""

    PAUSE = "pause"
    UNPAUSE = "unpause"
    CANCEL = "cancel"


class ControlSession(Value):
    """Start nothing new in a session, go on, or stop what runs and settle."""

    kind: Literal["control"] = "control"
    session_id: str
    action: Control
    expect_status: SessionStatus


class StartSession(Value):
    """Start a session of a pipeline."""

    kind: Literal["start"] = "start"
    session_id: str
    pipeline: str
    graph_hash: str
    input_digest: str


JobStep: TypeAlias = RedriveJob | EnterJob | RestartJob | MarkDone
"""A step about one job of a session."""

Step = Annotated[
    RedriveJob | EnterJob | RestartJob | MarkDone | ControlSession | StartSession,
    Field(discriminator="kind"),
]


class Plan(Value):
    """What is asked, signed and executed: nothing else ever runs.

    The steps of a plan in `waves` are about different sessions that failed alike. A plan of
    version 1 was made before plans carried a preview; it is shown and not executed.
    """

    version: Literal[1, 2] = 2
    request_id: str
    requester: str
    environment: str
    account: str
    region: str
    created_at: Instant
    expires_at: Instant
    risk: Risk
    waves: Waves | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=MOST_STEPS)]

    @property
    def digest(self) -> str:
        """The hex sha256 that a human signs."""
        return hashlib.sha256(self.message).hexdigest()

    @property
    def message(self) -> bytes:
        """The bytes of which that is the digest."""
        if self.version == 1:
            return b"bunsui/plan/v1\0" + canonical_json(_of_version_1(self))
        return b"bunsui/plan/v2\0" + canonical(self)

    @property
    def place(self) -> Place:
        """Where the plan acts."""
        return Place(environment=self.environment, account=self.account, region=self.region)

    @property
    def session_id(self) -> str:
        """The session that the first step is about."""
        return self.steps[0].session_id


SESSION_RISK = Risk.MEDIUM
"""How much a mistake costs at least that starts a session, or concerns it as a whole."""


def step_job(step: Step) -> str:
    """Return the job a step is about; empty for one about a whole session."""
    return "" if isinstance(step, StartSession | ControlSession) else step.job


def _of_version_1(plan: Plan) -> Json:
    """Return a plan as the first version of bunsui wrote it."""
    steps = [one.model_dump(mode="json", exclude={"downstream", "preview"}) for one in plan.steps]
    return {**plan.model_dump(mode="json", exclude={"waves", "steps"}), "steps": steps}
