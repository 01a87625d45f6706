"""See whether what a failure may depend on changed since."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from bunsui_core.app.standing import Ended, standings, task_name
from bunsui_core.domain.compare import About, compared
from bunsui_core.domain.denial import denial_of
from bunsui_core.domain.diagnosis import Category, Diagnosis
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.failure import Failure
from bunsui_core.domain.named import words_of
from bunsui_core.domain.standing import Standing
from bunsui_core.domain.verdict import Look, Subject
from bunsui_core.ports.observe import Seeing

_OF_OBJECT = re.compile(
    r"nosuchkey|specified key|\bobject\b|headobject|no such (?:file|key)|filenotfound|s3://",
    re.IGNORECASE,
)
"""The words in which it is said that an object, or a file, is missing."""

_MISSES = frozenset({Category.MISSING_RESOURCE, Category.IMAGE_PULL})


def looks(
    diagnosis: Diagnosis, ended: Ended, then: tuple[Standing, ...], seeing: Seeing, now: datetime
) -> tuple[Look, ...]:
    """Return what changed since the failure, beside `then`, what was recorded with its archive.

    Without a record there is what AWS tells of the time of a change. A thing that cannot be seen
    is a look whose `changed` is None, never an error.
    """
    failure = diagnosis.failure
    about = _about(diagnosis)
    recorded = {(one.subject, one.name): one for one in (*then, *_kept(failure, ended, seeing))}
    found = standings(failure, ended, seeing, now)
    return (
        *(compared(one, recorded.get((one.subject, one.name)), about) for one in found),
        _same_input(now),
    )


def _about(diagnosis: Diagnosis) -> About:
    failure = diagnosis.failure
    words = words_of(failure)
    denial = denial_of(words)
    return About(
        failed_at=failure.failed_at,
        misses=diagnosis.category in _MISSES,
        misses_object=diagnosis.category in _MISSES and bool(_OF_OBJECT.search(words)),
        by_identity=bool(denial and denial.by_identity),
    )


def _kept(failure: Failure, ended: Ended, seeing: Seeing) -> Iterator[Standing]:
    """What AWS itself keeps as it was: definitions of executions, revisions of task definitions."""
    at = failure.failed_at or ended.execution.started_at
    if ended.definition:
        yield _revision(Subject.DEFINITION, failure.job, ended.definition.revision, at)
    for nested in failure.nested:
        try:
            then = seeing.executions.definition(nested.execution_arn)
        except BunsuiError:
            continue
        machine = then.machine.rsplit(":", 1)[-1]
        yield _revision(Subject.NESTED, machine, then.revision, at)
    yield from _task(failure, ended, seeing, at)


def _task(failure: Failure, ended: Ended, seeing: Seeing, at: datetime) -> Iterator[Standing]:
    """A revision never changes, so what ran is known by the task's own definition."""
    if failure.task is None or not failure.task.definition or seeing.surroundings is None:
        return
    name = task_name(failure, ended)
    try:
        ran = seeing.surroundings.containers(failure.task.definition)
    except BunsuiError:
        return
    yield _revision(Subject.TASK, name, ran.state, at)
    yield _revision(Subject.LIMITS, name, ran.limits, at)


def _revision(subject: Subject, name: str, state: str, at: datetime) -> Standing:
    return Standing(subject=subject, name=name, state=state, text=name, seen_at=at)


def _same_input(now: datetime) -> Look:
    told = "unless it is edited, the input is the same"
    return Look(subject=Subject.INPUT, name="input", changed=False, text=told, seen_at=now)
