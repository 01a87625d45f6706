"""Executions that nobody started through bunsui, as sessions of one job."""

from __future__ import annotations

import hashlib
import re

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.joining import execution_name
from bunsui_core.domain.machine import ExecutionRow
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.plan import Place
from bunsui_core.domain.session import (
    Attempt,
    JobRun,
    JobStatus,
    Session,
    SessionOrigin,
)
from bunsui_core.domain.settling import status_of
from bunsui_core.domain.value import read_json

SOMEBODY = "others"
"""Who asked for a session that was found: Step Functions does not tell."""

STARTED_BY = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"
"""The key of an input in which a workflow names the execution that starts another (AWS, "Start
workflow executions from a task state")."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FOUND_ID = re.compile(rf"F[{_ALPHABET}]{{6}}-[{_ALPHABET}]{{6}}")
_LONGEST_JOB = 40
_LONGEST_PIPELINE = 64
_HASHED = 6


def found_id(execution_arn: str) -> str:
    """Return the id of an execution's own session, such as `F7R4X9K-2M3PA8`: always the same."""
    code = _code(execution_arn, 12)
    return f"F{code[:6]}-{code[6:]}"


def is_found_id(session_id: str) -> bool:
    """Whether an id is one that `found_id` gives; the ids of other sessions begin with a time."""
    return _FOUND_ID.fullmatch(session_id) is not None


def possible_owners(execution_name: str) -> tuple[str, ...]:
    """Return the ids of the sessions that may have started an execution under that name.

    Bunsui names an execution `{session}-{job}-a{attempt}`.
    """
    parts = execution_name.split("-")
    if len(parts) < 3 or not re.fullmatch(r"a\d+", parts[-1]):
        return ()
    return tuple("-".join(parts[:number]) for number in range(1, len(parts) - 1))


def is_started_by(session: Session, row: ExecutionRow) -> bool:
    """Whether bunsui itself started, or is starting, that execution in a session."""
    jobs = {job.name: job.machine for job in session.pipeline.jobs}
    return any(
        attempt.execution_arn == row.execution_arn
        or (attempt.execution_name == row.name and jobs[run.job] == row.machine)
        for run in session.runs
        for attempt in run.attempts
    )


def is_expected(session: Session, row: ExecutionRow) -> bool:
    """Whether an execution has the name that the next attempt of a job will have.

    An approved restart is started before it is stored; until then anybody could have taken it.
    """
    return any(
        job.machine == row.machine and execution_name(session.id, job.name, number) == row.name
        for job in session.pipeline.jobs
        if (number := _next_number(session, job.name))
    )


def _next_number(session: Session, job: str) -> int:
    run = session.run(job)
    return len(run.attempts) + 1 if run else 1


def machine_pipeline(machine_arn: str) -> Pipeline:
    """Return the pipeline of one job that stands for a machine nobody made a pipeline of."""
    name = machine_arn.rsplit(":", 1)[-1]
    return Pipeline(
        name=_fitting(name, _LONGEST_PIPELINE),
        jobs=(Job(name=_fitting(name, _LONGEST_JOB), machine=machine_arn),),
    )


def found_session(row: ExecutionRow, place: Place) -> Session:
    """Return the session of one job that an execution is; what it holds is read later."""
    pipeline = machine_pipeline(row.machine)
    attempt = Attempt(
        number=1,
        execution_name=row.name,
        input="null",
        input_digest=json_digest("null"),
        status=row.status,
        execution_arn=row.execution_arn,
        redrive_count=row.redrive_count,
        started_at=row.started_at,
        stopped_at=row.stopped_at,
    )
    runs = (JobRun(job=pipeline.jobs[0].name, attempts=(attempt,)),)
    return Session(
        id=found_id(row.execution_arn),
        pipeline=pipeline,
        environment=place.environment,
        account=place.account,
        region=place.region,
        input="null",
        runs=runs,
        status=status_of(runs),
        created_at=row.started_at,
        requested_by=SOMEBODY,
        stopped_at=row.stopped_at,
        origin=SessionOrigin.FOUND,
    )


def with_row(session: Session, row: ExecutionRow) -> Session:
    """Return the session with how its execution stands now; what it holds stays as it was read."""

    def changed(attempt: Attempt) -> Attempt:
        if attempt.execution_arn != row.execution_arn:
            return attempt
        now = {
            "status": row.status,
            "redrive_count": max(row.redrive_count, attempt.redrive_count),
            "stopped_at": row.stopped_at,
        }
        return attempt.model_copy(update=now)

    runs = tuple(
        run.model_copy(update={"attempts": tuple(changed(one) for one in run.attempts)})
        for run in session.runs
    )
    return _settled(session, runs)


def with_input(session: Session, found: Observation) -> Session:
    """Return a found session with the input that its execution was started with."""
    if found.input is None or session.origin is not SessionOrigin.FOUND:
        return session
    text, digest = found.input, json_digest(found.input)

    def changed(attempt: Attempt) -> Attempt:
        if attempt.execution_arn != found.execution_arn:
            return attempt
        return attempt.model_copy(update={"input": text, "input_digest": digest})

    runs = tuple(
        run.model_copy(update={"attempts": tuple(changed(one) for one in run.attempts)})
        for run in session.runs
    )
    first = runs[0].attempts[0].execution_arn == found.execution_arn
    return session.model_copy(update={"runs": runs, "input": text if first else session.input})


def parent_named_in(text: str | None) -> str:
    """Return the ARN of the execution that an input says it was started by, or nothing."""
    try:
        document = read_json(text or "null")
    except ValueError:
        return ""
    named = document.get(STARTED_BY) if isinstance(document, dict) else None
    return named if isinstance(named, str) and ":execution:" in named else ""


def _settled(session: Session, runs: tuple[JobRun, ...]) -> Session:
    stops = [run.last.stopped_at for run in runs if run.last]
    stopped_at = max((at for at in stops if at), default=None) if all(stops) else None
    update = {"runs": runs, "status": status_of(runs), "stopped_at": stopped_at}
    return session.model_copy(update=update)


def _fitting(name: str, longest: int) -> str:
    """A machine's name where it fits; else what fits of it and a code of the whole."""
    proper = re.sub(r"[^A-Za-z0-9_-]", "-", name)
    proper = proper if proper[:1].isalpha() else f"m-{proper}"
    if proper == name and len(proper) <= longest:
        return proper
    return f"{proper[: longest - _HASHED - 1]}-{_code(name, _HASHED)}"


def _code(text: str, length: int) -> str:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:10], "big")
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(length))


def is_failure(row: ExecutionRow) -> bool:
    """Whether an execution ended without its output."""
    return row.status in {JobStatus.FAILED, JobStatus.TIMED_OUT, JobStatus.ABORTED}
