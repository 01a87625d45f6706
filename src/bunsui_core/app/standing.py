"""Look at everything that a failure depends on, at the time of the failure and again later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from bunsui_core.app.noting import NOT_LOOKED_AT, Noting
from bunsui_core.app.rights import Rights
from bunsui_core.domain.classify import classify
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.failure import Definition, Failure, HistoryEvent, Observation
from bunsui_core.domain.named import MOST_OBJECTS, asked_for, named_objects, words_of
from bunsui_core.domain.operation import function_name, runs_something
from bunsui_core.domain.standing import Standing
from bunsui_core.domain.thing import Thing, ThingKind, called_things, missing_things
from bunsui_core.domain.verdict import Subject
from bunsui_core.ports.observe import Seeing, Surroundings

_OF_DATA = frozenset({Category.BAD_INPUT_DATA, Category.CODE_BUG})
"""What data can cause, wherever it was read."""


class Ended(NamedTuple):
    """A closed execution as it was read: what it was given, its events, and its definition."""

    execution: Observation
    history: tuple[HistoryEvent, ...]
    definition: Definition | None


def standings(
    failure: Failure, ended: Ended, seeing: Seeing, now: datetime
) -> tuple[Standing, ...]:
    """Return how everything that a failure may depend on stands now.

    What cannot be seen is told as unseen; nothing is raised. Called when an execution is archived
    and again when a rerun is asked for, so that the two can be compared.
    """
    looked = _Looked(failure, ended, seeing, now)
    found = [
        *looked.code(),
        *looked.rights(),
        *looked.definition(),
        *looked.nested(),
        *looked.objects(),
        *looked.containers(),
    ]
    found += looked.things(tuple(one.name for one in found if one.subject is Subject.IMAGE))
    return tuple(dict.fromkeys(found))


class _Looked:
    """One look around: what is read of each subject."""

    def __init__(self, failure: Failure, ended: Ended, seeing: Seeing, now: datetime) -> None:
        self._failure = failure
        self._ended = ended
        self._seeing = seeing
        self._noting = Noting(now)
        self._role = ""
        self._is_connected = False
        kind = classify(failure)
        self._causes = (kind.category, *kind.alternatives)

    def code(self) -> list[Standing]:
        """The function that failed: its code, its settings and its limits."""
        resource = self._failure.resource
        function = function_name(resource)
        if not resource or self._failure.task:
            return []
        if not function and not runs_something(resource):
            return []
        if not function:
            told = f"what {resource} runs {NOT_LOOKED_AT}"
            return [self._noting.unseen(Subject.CODE, resource, told)]
        return self._noting.read(Subject.CODE, function, partial(self._function, function))

    def _function(self, function: str) -> Iterator[Standing]:
        try:
            found = self._seeing.inventory.code(self._qualified(function))
        except NotFound:
            yield self._noting.seen(Subject.CODE, function, "", f"function {function}")
            return
        self._role = found.role.rsplit("/", 1)[-1]
        self._is_connected = found.is_connected
        at = found.modified_at
        sha = found.code_sha256
        yield self._noting.seen(Subject.CODE, function, sha, f"function {function}", at)
        if found.settings:
            told = f"what is configured of {function}"
            yield self._noting.seen(Subject.SETTINGS, function, found.settings, told, at)
            yield self._noting.seen(Subject.LIMITS, function, found.limits, found.limits, at)

    def _qualified(self, function: str) -> str:
        """A function with the version or alias by which it was called: that decides what runs."""
        rest = self._failure.resource.partition(":function:")[2]
        if rest.startswith(f"{function}:"):
            return rest
        qualifier = asked_for(self._failure, self._ended.history, "Qualifier")
        return f"{function}:{qualifier}" if qualifier else function

    def rights(self) -> list[Standing]:
        """What was denied to its role; or what it may have read, where no object is named."""
        rights = Rights(self._seeing.surroundings, self._role, self._noting)
        if Category.PERMISSION in self._causes:
            return rights.denied(words_of(self._failure))
        is_named = named_objects(self._failure, self._ended.execution.input or "")
        if is_named or not self._role or self._causes[0] not in _OF_DATA:
            return []
        return rights.data(self._is_connected)

    def definition(self) -> list[Standing]:
        """The machine as it is defined now."""
        job, then = self._failure.job, self._ended.definition
        if then is None:
            told = "the definition as of the execution is not known"
            return [self._noting.unseen(Subject.DEFINITION, job, told)]

        def read() -> Iterator[Standing]:
            revision = self._seeing.inventory.definition_revision(then.machine)
            yield self._noting.seen(Subject.DEFINITION, job, revision, f"the definition of {job}")

        return self._noting.read(Subject.DEFINITION, job, read)

    def nested(self) -> list[Standing]:
        """The machines below: a rerun starts their executions anew."""
        found: list[Standing] = []
        for nested in self._failure.nested:
            arn = nested.execution_arn
            if nested.note:
                found.append(self._noting.unseen(Subject.NESTED, arn, f"{arn} is {nested.note}"))
                continue
            found += self._noting.read(Subject.NESTED, arn, partial(self._below, arn))
        return found

    def _below(self, execution_arn: str) -> Iterator[Standing]:
        then = self._seeing.executions.definition(execution_arn)
        revision = self._seeing.inventory.definition_revision(then.machine)
        machine = then.machine.rsplit(":", 1)[-1]
        told = f"the definition of {machine} below"
        yield self._noting.seen(Subject.NESTED, machine, revision, told)

    def objects(self) -> list[Standing]:
        """The S3 objects that input and cause name."""
        named = named_objects(self._failure, self._ended.execution.input or "")
        found: list[Standing] = []
        for uri in named[:MOST_OBJECTS]:
            found += self._noting.read(Subject.OBJECT, uri, partial(self._object, uri))
        if more := len(named) - MOST_OBJECTS:
            told = f"{more} more objects are named and were not looked at"
            found += [self._noting.unseen(Subject.OBJECT, "more", told)] if more > 0 else []
        return found

    def _object(self, uri: str) -> Iterator[Standing]:
        found = self._seeing.inventory.stored_object(uri)
        yield self._noting.seen(Subject.OBJECT, uri, found.etag, uri, found.modified_at)

    def containers(self) -> list[Standing]:
        """What the containers ran, and their images, as a rerun would find them."""
        around = self._seeing.surroundings
        if not self._failure.task:
            return []
        definition = _definition_asked(self._failure, self._ended)
        name = task_name(self._failure, self._ended)
        if around is None or not definition:
            return [self._noting.unseen(Subject.TASK, name, f"{name} {NOT_LOOKED_AT}")]
        return self._noting.read(Subject.TASK, name, partial(self._task, definition, name, around))

    def _task(self, definition: str, name: str, around: Surroundings) -> Iterator[Standing]:
        found = around.containers(definition)
        at = found.registered_at
        yield self._noting.seen(Subject.TASK, name, found.state, f"task definition {name}", at)
        yield self._noting.seen(Subject.LIMITS, name, found.limits, found.limits, at)
        for image in dict.fromkeys(found.images):
            yield from self._image(image, around)

    def _image(self, image: str, around: Surroundings) -> Iterator[Standing]:
        """A digest names its content; a tag may be moved, and only ECR is asked where to."""
        if "@sha256:" in image:
            yield self._noting.seen(Subject.IMAGE, image, image.rsplit("@", 1)[1], f"image {image}")
            return
        thing = Thing(kind=ThingKind.IMAGE, name=image)

        def read() -> Iterator[Standing]:
            found = around.thing(thing)
            yield self._noting.seen(
                Subject.IMAGE, image, found.state, f"image {image}", found.made_at
            )

        yield from self._noting.read(Subject.IMAGE, image, read)

    def things(self, images: tuple[str, ...]) -> list[Standing]:
        """What the failure says is missing, or else what the Task called: whether it is there."""
        asked = asked_for(self._failure, self._ended.history)
        if {Category.MISSING_RESOURCE, Category.IMAGE_PULL} & set(self._causes):
            wanted = missing_things(words_of(self._failure), asked, images)
        else:
            wanted = called_things(asked)
        found: list[Standing] = []
        for thing in wanted:
            found += self._noting.read(Subject.THING, thing.name, partial(self._thing, thing))
        return found

    def _thing(self, thing: Thing) -> Iterator[Standing]:
        around = self._seeing.surroundings
        told = f"{thing.kind} {thing.name}"
        if around is None:
            yield self._noting.unseen(Subject.THING, thing.name, f"{told} {NOT_LOOKED_AT}")
            return
        found = around.thing(thing)
        yield self._noting.seen(Subject.THING, thing.name, found.state, told, found.made_at)


def task_name(failure: Failure, ended: Ended) -> str:
    """Return what the machine calls the task definition: a family, perhaps with its revision."""
    return _definition_asked(failure, ended).rsplit("/", 1)[-1] or "task definition"


def _definition_asked(failure: Failure, ended: Ended) -> str:
    asked = asked_for(failure, ended.history, "TaskDefinition")
    return asked or (failure.task.definition if failure.task else "")
