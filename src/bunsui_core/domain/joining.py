"""What an attempt starts with: its name, and the outputs of the jobs before it, by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.pipeline import Job
from bunsui_core.domain.session import Attempt, Began, JobRun, JobStatus, Session

MOST_CARRIED = (256 - 8) * 1024
"""How many bytes of input are passed as they are: 256 KiB is what an execution carries (Step
Functions quotas), and a later entry at a state needs room for its envelope."""

_LONGEST_NAME = 80
"""The limit of StartExecution."""


def job_input(session: Session, job: Job, runs: Iterable[JobRun]) -> str:
    """Return the JSON a job starts with: the session's input and its dependencies' outputs."""
    wanted = set(job.after)
    outputs = {run.job: run.last.output for run in runs if run.job in wanted and run.last}
    document = {
        "input": json.loads(session.input),
        "outputs": {name: json.loads(outputs.get(name) or "null") for name in sorted(job.after)},
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def new_attempt(
    session: Session, job: str, number: int, text: str, began: Began = Began.FIRST
) -> Attempt:
    """Return the attempt that starts a job under its deterministic execution name."""
    return Attempt(
        number=number,
        execution_name=execution_name(session.id, job, number),
        input=text,
        input_digest=json_digest(text),
        status=JobStatus.STARTING,
        began=began,
    )


def execution_name(session_id: str, job: str, attempt: int) -> str:
    """Return `{session}-{job}-a{attempt}`, at most 80 characters (StartExecution's limit).

    What does not fit is replaced by a code of the whole, so that no two jobs share a name.
    """
    name, tail = f"{session_id}-{job}", f"-a{attempt}"
    if len(name) + len(tail) <= _LONGEST_NAME:
        return name + tail
    code = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _LONGEST_NAME - len(tail) - 9]}-{code}{tail}"


def address(machine: str, name: str) -> str:
    """Return the ARN of the execution that a machine has, or would have, under a name."""
    before, _, rest = machine.partition(":stateMachine:")
    return f"{before}:execution:{rest.split(':', 1)[0]}:{name}"


def size(text: str) -> int:
    """Return how many bytes a text is on the wire."""
    return len(text) if text.isascii() else len(text.encode())


def reference(uri: str, text: str) -> str:
    """Return the JSON that is passed in place of a text that lies at an address."""
    found = {"uri": uri, "sha256": hashlib.sha256(text.encode()).hexdigest(), "bytes": size(text)}
    return json.dumps({"bunsui_reference": found}, separators=(",", ":"))


def is_reference_to(passed: str, text: str) -> bool:
    """Whether what is passed is a reference to that text, wherever it lies."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return passed.startswith('{"bunsui_reference":') and f'"sha256":"{sha256}"' in passed
