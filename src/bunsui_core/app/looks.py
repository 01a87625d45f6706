"""See whether what a failure may depend on changed since."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from bunsui_core.domain.diagnosis import Category, Diagnosis
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.failure import Failure
from bunsui_core.domain.operation import function_name
from bunsui_core.domain.session import Session
from bunsui_core.domain.verdict import Look, Subject
from bunsui_core.ports.observe import ObjectState, Seeing

MOST_OBJECTS = 10
"""Objects looked at for one failure; more are said not to be seen."""

_OBJECT = re.compile(r"s3://[a-z0-9][a-z0-9.-]+/[^\s\"'\\,;)<>]*[^\s\"'\\,;)<>/.:]")


def looks(
    diagnosis: Diagnosis, session: Session, seeing: Seeing, now: datetime
) -> tuple[Look, ...]:
    """Return what changed since the failure: code, definition, input, objects it names.

    A thing that cannot be seen is a look whose `changed` is None, never an error.
    """
    failure = diagnosis.failure
    return (
        *_code(failure, seeing, now),
        *_definition(failure, session, seeing, now),
        *_nested(failure, seeing, now),
        _same_input(now),
        *_objects(diagnosis, session, seeing, now),
    )


def _code(failure: Failure, seeing: Seeing, now: datetime) -> Iterator[Look]:
    """Lambda's LastModified moves with the code and with the configuration."""
    function = function_name(failure.resource)
    if not failure.resource:
        return
    if not function:
        told = f"what {failure.resource} runs is not looked at"
        yield _look(Subject.CODE, failure.resource, None, told, now)
        return
    try:
        modified_at = seeing.inventory.code(function).modified_at
    except BunsuiError as error:
        yield _unseen(Subject.CODE, function, error, now)
        return
    changed = _is_after(modified_at, failure.failed_at)
    told = f"function {function} was last changed {_when(modified_at, changed)}"
    yield _look(Subject.CODE, function, changed, told, now)


def _definition(
    failure: Failure, session: Session, seeing: Seeing, now: datetime
) -> Iterator[Look]:
    job = session.pipeline.find(failure.job)
    if job is None:
        return
    try:
        then = seeing.executions.definition(failure.execution_arn).revision
        changed = seeing.inventory.definition_revision(job.machine) != then
    except BunsuiError as error:
        yield _unseen(Subject.DEFINITION, failure.job, error, now)
        return
    told = f"the definition of {failure.job} is {'another' if changed else 'the same'} now"
    yield _look(Subject.DEFINITION, failure.job, changed, told, now)


def _nested(failure: Failure, seeing: Seeing, now: datetime) -> Iterator[Look]:
    """A rerun starts nested executions anew, with the definitions that their machines have then."""
    for nested in failure.nested:
        if nested.note:
            told = f"{nested.execution_arn} is {nested.note}"
            yield _look(Subject.NESTED, nested.execution_arn, None, told, now)
            continue
        try:
            then = seeing.executions.definition(nested.execution_arn)
            changed = seeing.inventory.definition_revision(then.machine) != then.revision
        except BunsuiError as error:
            yield _unseen(Subject.NESTED, nested.execution_arn, error, now)
            continue
        machine = then.machine.rsplit(":", 1)[-1]
        told = f"the definition of {machine} below is {'another' if changed else 'the same'} now"
        yield _look(Subject.NESTED, machine, changed, told, now)


def _same_input(now: datetime) -> Look:
    told = "unless it is edited, the input is the same"
    return _look(Subject.INPUT, "input", False, told, now)


def _objects(
    diagnosis: Diagnosis, session: Session, seeing: Seeing, now: datetime
) -> Iterator[Look]:
    named = named_objects(diagnosis.failure, session)
    for uri in named[:MOST_OBJECTS]:
        try:
            state = seeing.inventory.stored_object(uri)
        except BunsuiError as error:
            yield _unseen(Subject.OBJECT, uri, error, now)
            continue
        yield _object(diagnosis, state, now)
    if len(named) > MOST_OBJECTS:
        told = f"{len(named) - MOST_OBJECTS} more objects are named and were not looked at"
        yield _look(Subject.OBJECT, "more", None, told, now)


def named_objects(failure: Failure, session: Session) -> tuple[str, ...]:
    """Return the S3 objects that the input or the cause names, prefixes left out."""
    run = session.run(failure.job)
    text = run.last.input if run and run.last else ""
    words = " ".join((text, failure.state_input or "", failure.cause, failure.message))
    found = (match.group() for match in _OBJECT.finditer(words) if not _goes_on(words, match))
    return tuple(dict.fromkeys(found))


def _goes_on(words: str, match: re.Match[str]) -> bool:
    """Whether what was matched is a prefix: a slash follows."""
    return words[match.end() : match.end() + 1] == "/"


def _object(diagnosis: Diagnosis, state: ObjectState, now: datetime) -> Look:
    """An absent object is as it was only where the failure is that something is missing."""
    if state.modified_at is None:
        was_missing = diagnosis.category is Category.MISSING_RESOURCE
        told = f"{state.uri} {'still is' if was_missing else 'is'} not there"
        return _look(Subject.OBJECT, state.uri, False if was_missing else None, told, now)
    changed = _is_after(state.modified_at, diagnosis.failure.failed_at)
    told = f"{state.uri} was last written {_when(state.modified_at, changed)}"
    return _look(Subject.OBJECT, state.uri, changed, told, now)


def _is_after(modified_at: datetime, failed_at: datetime | None) -> bool | None:
    """S3 tells whole seconds, so a change in the second of the failure goes unseen."""
    return None if failed_at is None else modified_at > failed_at


def _when(modified_at: datetime, changed: bool | None) -> str:
    words = {True: "after the failure", False: "before the failure", None: "at an unknown time"}
    return f"{words[changed]}, at {modified_at:%Y-%m-%d %H:%M:%S} UTC"


def _unseen(subject: Subject, name: str, error: BunsuiError, now: datetime) -> Look:
    return _look(subject, name, None, f"{name} cannot be seen: {error.message}", now)


def _look(subject: Subject, name: str, changed: bool | None, text: str, now: datetime) -> Look:
    return Look(subject=subject, name=name, changed=changed, text=text, seen_at=now)
