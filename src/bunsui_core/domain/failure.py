"""What was read of an execution, and what broke in it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Instant, JsonText, Value


class Observation(Value):
    """An execution as DescribeExecution reports it at one moment."""

    execution_arn: str
    status: JobStatus
    input: JsonText | None
    started_at: Instant
    redrive_count: int = 0
    redrive_status: str = ""
    redrive_status_reason: str = ""
    stopped_at: Instant | None = None
    output: JsonText | None = None
    error: str = ""
    cause: str = ""


class HistoryEvent(Value):
    """One event of GetExecutionHistory, with the details that a reader needs."""

    id: int
    previous_id: int
    type: str
    at: Instant
    name: str = ""
    input: str | None = None
    output: str | None = None
    error: str = ""
    cause: str = ""
    resource: str = ""
    resource_type: str = ""
    parameters: str | None = None
    index: int | None = None
    length: int | None = None
    assigned: str | None = None


class Definition(Value):
    """A state machine's definition as of one execution, or as it is now."""

    machine: str
    definition: JsonText
    revision: str
    updated_at: Instant
    is_express: bool = False


class LogLine(Value):
    """One line that the failing operation itself wrote; untrusted text."""

    at: Instant
    text: str
    stream: str = ""


class EvidenceKind(StrEnum):
    """Where a piece of evidence was read."""

    EVENT = "event"
    LOG = "log"
    EXECUTION = "execution"
    DEFINITION = "definition"
    CODE = "code"
    OBJECT = "object"


class ContainerTask(Value):
    """A task of containers, and the container that broke; `definition` is an ARN.

    `platform` is what ran it: Fargate, EC2, or a local process of the embedded AWS.
    """

    arn: str
    definition: str = ""
    container: str = ""
    exit_code: int | None = None
    stop_code: str = ""
    platform: str = ""


class Iterations(Value):
    """How the iterations of a Map ended; those not counted were still open or never began."""

    total: int
    succeeded: int
    failed: int
    aborted: int


class Nested(Value):
    """A nested execution behind a failed task.

    `note` says why it explains nothing: it cannot be seen, or was stopped when its task gave up.
    """

    execution_arn: str
    status: JobStatus | None = None
    state_path: tuple[str, ...] = ()
    failed_state: str = ""
    error: str = ""
    cause: str = ""
    died_in_fail_state: bool = False
    caught_path: tuple[str, ...] = ()
    note: str = ""


class Evidence(Value):
    """Something that was read. Its text came from outside and is never trusted."""

    id: str
    kind: EvidenceKind
    text: str
    source: str


class Failure(Value):
    """What broke, where, in which words. Texts are as AWS returned them.

    `state_path` is within the job's own execution. Where a Fail state hides a caught error,
    `caught_path` leads to the state that raised it. `nested` are the executions below, outermost
    first; message, exception, request, operation and input are those of the innermost one seen.
    """

    execution_arn: str
    job: str
    status: JobStatus
    state_path: tuple[str, ...]
    failed_state: str
    state_type: str
    event_id: int
    error: str
    cause: str
    message: str
    exception: str = ""
    request_id: str = ""
    resource: str = ""
    state_input: str | None = None
    died_in_fail_state: bool = False
    caught_path: tuple[str, ...] = ()
    child: str = ""
    nested: tuple[Nested, ...] = ()
    task: ContainerTask | None = None
    iterations: Iterations | None = None
    entered_at: Instant | None = None
    failed_at: Instant | None = None
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]

    @property
    def innermost(self) -> Failure | Nested:
        """The last execution on the way down that explains: this one, or a nested one."""
        return next((one for one in reversed(self.nested) if not one.note), self)
