"""Look at everything that a failure depends on, at the time of the failure and again later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from bunsui_core.domain.canonical import json_digest, text_digest
from bunsui_core.domain.classify import classify
from bunsui_core.domain.denial import Denial, denial_of
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.errors import BunsuiError, NotFound
from bunsui_core.domain.failure import Definition, Failure, HistoryEvent, Observation
from bunsui_core.domain.granted import grant
from bunsui_core.domain.named import MOST_OBJECTS, asked_for, named_objects, words_of
from bunsui_core.domain.operation import function_name, runs_something
from bunsui_core.domain.standing import Standing
from bunsui_core.domain.thing import Thing, ThingKind, called_things, missing_things
from bunsui_core.domain.verdict import Subject
from bunsui_core.ports.observe import RoleState, Seeing, Surroundings

Reading = Callable[[], Iterator[Standing]]

_NOT_LOOKED_AT = "is not looked at here"


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
        *looked.definition(),
        *looked.nested(),
        *looked.objects(),
        *looked.containers(),
    ]
    found += looked.permission()
    found += looked.things(tuple(one.name for one in found if one.subject is Subject.IMAGE))
    return tuple(dict.fromkeys(found))


class _Looked:
    """One look around: what is read of each subject."""

    def __init__(self, failure: Failure, ended: Ended, seeing: Seeing, now: datetime) -> None:
        self._failure = failure
        self._ended = ended
        self._seeing = seeing
        self._now = now
        self._role = ""
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
            told = f"what {resource} runs {_NOT_LOOKED_AT}"
            return [self._unseen(Subject.CODE, resource, told)]
        return self._read(Subject.CODE, function, lambda: self._function(function))

    def _function(self, function: str) -> Iterator[Standing]:
        try:
            found = self._seeing.inventory.code(_qualified(self._failure.resource, function))
        except NotFound:
            yield self._seen(Subject.CODE, function, "", f"function {function}")
            return
        self._role = found.role.rsplit("/", 1)[-1]
        at = found.modified_at
        sha = found.code_sha256
        yield self._seen(Subject.CODE, function, sha, f"function {function}", at)
        if found.settings:
            told = f"what is configured of {function}"
            yield self._seen(Subject.SETTINGS, function, found.settings, told, at)
            yield self._seen(Subject.LIMITS, function, found.limits, found.limits, at)

    def definition(self) -> list[Standing]:
        """The machine as it is defined now."""
        job, then = self._failure.job, self._ended.definition
        if then is None:
            told = "the definition as of the execution is not known"
            return [self._unseen(Subject.DEFINITION, job, told)]

        def read() -> Iterator[Standing]:
            revision = self._seeing.inventory.definition_revision(then.machine)
            yield self._seen(Subject.DEFINITION, job, revision, f"the definition of {job}")

        return self._read(Subject.DEFINITION, job, read)

    def nested(self) -> list[Standing]:
        """The machines below: a rerun starts their executions anew."""
        found: list[Standing] = []
        for nested in self._failure.nested:
            arn = nested.execution_arn
            if nested.note:
                found.append(self._unseen(Subject.NESTED, arn, f"{arn} is {nested.note}"))
                continue
            found += self._read(Subject.NESTED, arn, lambda arn=arn: self._below(arn))
        return found

    def _below(self, execution_arn: str) -> Iterator[Standing]:
        then = self._seeing.executions.definition(execution_arn)
        revision = self._seeing.inventory.definition_revision(then.machine)
        machine = then.machine.rsplit(":", 1)[-1]
        told = f"the definition of {machine} below"
        yield self._seen(Subject.NESTED, machine, revision, told)

    def objects(self) -> list[Standing]:
        """The S3 objects that input and cause name."""
        named = named_objects(self._failure, self._ended.execution.input or "")
        found: list[Standing] = []
        for uri in named[:MOST_OBJECTS]:
            found += self._read(Subject.OBJECT, uri, lambda uri=uri: self._object(uri))
        if more := len(named) - MOST_OBJECTS:
            told = f"{more} more objects are named and were not looked at"
            found += [self._unseen(Subject.OBJECT, "more", told)] if more > 0 else []
        return found

    def _object(self, uri: str) -> Iterator[Standing]:
        found = self._seeing.inventory.stored_object(uri)
        yield self._seen(Subject.OBJECT, uri, found.etag, uri, found.modified_at)

    def containers(self) -> list[Standing]:
        """What the containers ran, and their images, as a rerun would find them."""
        around = self._seeing.surroundings
        if not self._failure.task:
            return []
        definition = _definition_asked(self._failure, self._ended)
        name = task_name(self._failure, self._ended)
        if around is None or not definition:
            return [self._unseen(Subject.TASK, name, f"{name} {_NOT_LOOKED_AT}")]
        return self._read(Subject.TASK, name, lambda: self._task(definition, name, around))

    def _task(self, definition: str, name: str, around: Surroundings) -> Iterator[Standing]:
        found = around.containers(definition)
        at = found.registered_at
        yield self._seen(Subject.TASK, name, found.state, f"task definition {name}", at)
        yield self._seen(Subject.LIMITS, name, found.limits, found.limits, at)
        for image in dict.fromkeys(found.images):
            yield from self._image(image, around)

    def _image(self, image: str, around: Surroundings) -> Iterator[Standing]:
        """A digest names its content; a tag may be moved, and only ECR is asked where to."""
        if "@sha256:" in image:
            yield self._seen(Subject.IMAGE, image, image.rsplit("@", 1)[1], f"image {image}")
            return
        thing = Thing(kind=ThingKind.IMAGE, name=image)

        def read() -> Iterator[Standing]:
            found = around.thing(thing)
            yield self._seen(Subject.IMAGE, image, found.state, f"image {image}", found.made_at)

        yield from self._read(Subject.IMAGE, image, read)

    def permission(self) -> list[Standing]:
        """What was denied: all that the role is granted, that one action, the resource's policy."""
        if Category.PERMISSION not in self._causes:
            return []
        denial = denial_of(words_of(self._failure)) or Denial()
        role, around = denial.role or self._role, self._seeing.surroundings
        if around is None or not role:
            return [self._unseen(Subject.ROLE, role or "role", f"what was denied {_NOT_LOOKED_AT}")]
        found = self._read(Subject.ROLE, role, lambda: self._granted(role, denial, around))
        return [*found, *self._policy(denial, around)]

    def _granted(self, role: str, denial: Denial, around: Surroundings) -> Iterator[Standing]:
        found = around.role(role)
        yield self._seen(Subject.ROLE, role, _role_digest(found), f"what role {role} is granted")
        if denial.action:
            texts = [policy.document for policy in found.policies]
            said = grant(texts, denial.action, denial.resource, found.boundary)
            told = f"{denial.action} is {said} by the policies of role {role}"
            yield self._seen(Subject.GRANT, f"{role} {denial.action}", said, told)
        if denial.role and self._role not in {"", role}:
            yield from self._granted(self._role, denial.model_copy(update={"role": ""}), around)

    def _policy(self, denial: Denial, around: Surroundings) -> list[Standing]:
        """The resource may grant or forbid it by a policy of its own."""
        kept = {"s3": ThingKind.BUCKET, "sqs": ThingKind.QUEUE, "secretsmanager": ThingKind.SECRET}
        service = denial.action.partition(":")[0]
        name = denial.resource or denial.action or "resource"
        if service not in kept or not denial.resource:
            told = f"whether {name} has a policy of its own {_NOT_LOOKED_AT}"
            return [self._unseen(Subject.POLICY, name, told)]
        if service == "s3":
            name = denial.resource.rsplit(":::", 1)[-1].partition("/")[0]

        def read() -> Iterator[Standing]:
            found = around.thing(Thing(kind=kept[service], name=name))
            if found.policy is None:
                yield self._unseen(Subject.POLICY, name, f"the policy of {name} {_NOT_LOOKED_AT}")
                return
            state = json_digest(found.policy) if found.policy else "none"
            yield self._seen(Subject.POLICY, name, state, f"the policy of {name}")

        return self._read(Subject.POLICY, name, read)

    def things(self, images: tuple[str, ...]) -> list[Standing]:
        """What the failure says is missing, or else what the Task called: whether it is there."""
        asked = asked_for(self._failure, self._ended.history)
        if {Category.MISSING_RESOURCE, Category.IMAGE_PULL} & set(self._causes):
            wanted = missing_things(words_of(self._failure), asked, images)
        else:
            wanted = called_things(asked)
        found: list[Standing] = []
        for thing in wanted:
            found += self._read(Subject.THING, thing.name, lambda thing=thing: self._thing(thing))
        return found

    def _thing(self, thing: Thing) -> Iterator[Standing]:
        around = self._seeing.surroundings
        told = f"{thing.kind} {thing.name}"
        if around is None:
            yield self._unseen(Subject.THING, thing.name, f"{told} {_NOT_LOOKED_AT}")
            return
        found = around.thing(thing)
        yield self._seen(Subject.THING, thing.name, found.state, told, found.made_at)

    def _read(self, subject: Subject, name: str, read: Reading) -> list[Standing]:
        try:
            return list(read())
        except BunsuiError as error:
            return [self._unseen(subject, name, f"{name} cannot be seen: {error.message}")]

    def _seen(
        self,
        subject: Subject,
        name: str,
        state: str,
        text: str,
        changed_at: datetime | None = None,
    ) -> Standing:
        return Standing(
            subject=subject,
            name=name,
            state=state,
            text=text,
            changed_at=changed_at,
            seen_at=self._now,
        )

    def _unseen(self, subject: Subject, name: str, text: str) -> Standing:
        return Standing(subject=subject, name=name, text=text, seen_at=self._now, unseen=True)


def task_name(failure: Failure, ended: Ended) -> str:
    """Return what the machine calls the task definition: a family, perhaps with its revision."""
    return _definition_asked(failure, ended).rsplit("/", 1)[-1] or "task definition"


def _definition_asked(failure: Failure, ended: Ended) -> str:
    asked = asked_for(failure, ended.history, "TaskDefinition")
    return asked or (failure.task.definition if failure.task else "")


def _qualified(resource: str, function: str) -> str:
    """A function with the version or alias by which it was called: that decides what runs."""
    rest = resource.partition(":function:")[2]
    return rest if rest.startswith(f"{function}:") else function


def _role_digest(role: RoleState) -> str:
    told = [f"{policy.name} {policy.document}" for policy in role.policies]
    return text_digest("\n".join([*told, f"boundary {role.boundary}"]))
