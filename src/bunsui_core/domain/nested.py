"""A failure whose cause is the failure of a nested execution."""

from __future__ import annotations

import re

from bunsui_core.domain.failure import Evidence, EvidenceKind, Failure, Nested
from bunsui_core.domain.operation import machine_name
from bunsui_core.domain.session import JobStatus

MOST_LEVELS = 5
"""How many executions are followed down from a job's own; deeper ones are said not to be seen."""

_LEVEL = re.compile(r"N(\d+)\.")


def joined(outer: Failure, inner: Failure) -> Failure:
    """Return the outer failure explained by the inner one: its words, its operation, its evidence.

    Path, error and cause stay those of the outer execution, for that is what a rerun acts on.
    """
    own = Nested(
        execution_arn=inner.execution_arn,
        status=inner.status,
        state_path=inner.state_path,
        failed_state=inner.failed_state,
        error=inner.error,
        cause=inner.cause,
        died_in_fail_state=inner.died_in_fail_state,
        caught_path=inner.caught_path,
    )
    below = tuple(one.model_copy(update={"id": _lower(one.id)}) for one in inner.evidence)
    return outer.model_copy(
        update={
            "nested": (own, *inner.nested),
            "message": inner.message,
            "exception": inner.exception,
            "request_id": inner.request_id,
            "resource": inner.resource,
            "state_input": inner.state_input,
            "task": inner.task,
            "entered_at": inner.entered_at or outer.entered_at,
            "evidence": (*outer.evidence, *below),
        }
    )


def is_consequence(outer: Failure, inner: Failure) -> bool:
    """Whether the inner execution was stopped because the outer one gave up waiting for it."""
    gave_up = outer.status is not JobStatus.FAILED or outer.error == "States.Timeout"
    return gave_up and inner.status is JobStatus.ABORTED


def stopped(outer: Failure, inner: Failure) -> Failure:
    """Return the outer failure saying where the execution below it was when it was stopped."""
    where = " > ".join(inner.state_path) or "no state"
    return _noting(outer, f"stopped with its task, in {where}")


def unseen(outer: Failure, why: str) -> Failure:
    """Return the outer failure saying why the execution below it is not visible."""
    return _noting(outer, f"not visible because {why}")


def _noting(outer: Failure, note: str) -> Failure:
    evidence = Evidence(
        id="N1.X1",
        kind=EvidenceKind.EXECUTION,
        text=f"nested execution {note}",
        source=outer.child,
    )
    return outer.model_copy(
        update={
            "nested": (Nested(execution_arn=outer.child, note=note),),
            "evidence": (*outer.evidence, evidence),
        }
    )


def root_path(failure: Failure) -> tuple[str, ...]:
    """Return the way from the failed state down to the cause, where that lies deeper.

    It leads through the state whose error a Catch hid, and through nested executions by their ARNs.
    """
    way = list(failure.caught_path)
    for one in failure.nested:
        inside = (one.note,) if one.note else (*one.state_path, *one.caught_path)
        way += [one.execution_arn, *inside]
    return tuple(way)


def root_place(failure: Failure) -> str:
    """Return the state in which the cause lies, where that is deeper than the failed one."""
    inner = failure.innermost
    path = inner.caught_path or inner.state_path
    if isinstance(inner, Nested):
        return f"{' > '.join(path)} of {machine_name(inner.execution_arn)}"
    return " > ".join(inner.caught_path)


def _lower(evidence_id: str) -> str:
    """The id as seen from one execution above: `E7` is `N1.E7`, `N1.E7` is `N2.E7`."""
    found = _LEVEL.match(evidence_id)
    if found is None:
        return f"N1.{evidence_id}"
    return f"N{int(found.group(1)) + 1}.{evidence_id[found.end() :]}"
