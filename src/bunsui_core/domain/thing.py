"""The thing that a failure says is missing, read from its words and from what was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from bunsui_core.domain.value import Json, Value, read_json


class ThingKind(StrEnum):
    """What kinds of things are looked for."""

    FUNCTION = "function"
    MACHINE = "machine"
    TABLE = "table"
    BUCKET = "bucket"
    QUEUE = "queue"
    SECRET = "secret"
    IMAGE = "image"
    TASK = "task"


class Thing(Value):
    """A thing by its kind and its name, URL or ARN."""

    kind: ThingKind
    name: str


MOST_THINGS = 5
"""Things looked for of one failure."""

_READ = 8_000
_ARNS: Mapping[str, ThingKind] = {
    r"arn:[\w-]+:lambda:[\w-]*:\d*:function:([\w-]{1,140}(?::[\w$-]{1,128})?)": ThingKind.FUNCTION,
    r"(arn:[\w-]+:states:[\w-]*:\d*:stateMachine:[\w-]{1,80})": ThingKind.MACHINE,
    r"arn:[\w-]+:dynamodb:[\w-]*:\d*:table/([\w.-]{3,255})": ThingKind.TABLE,
    r"arn:[\w-]+:s3:::([a-z0-9][a-z0-9.-]{2,62})": ThingKind.BUCKET,
    r"(arn:[\w-]+:sqs:[\w-]*:\d*:[\w.-]{1,80})": ThingKind.QUEUE,
    r"(arn:[\w-]+:secretsmanager:[\w-]*:\d*:secret:[\w/+=.@-]{1,512})": ThingKind.SECRET,
    r"(arn:[\w-]+:ecs:[\w-]*:\d*:task-definition/[\w-]{1,255}(?::\d+)?)": ThingKind.TASK,
}
_REGISTRY = r"\d{12}\.dkr\.ecr\.[\w.-]{1,80}"
_IMAGE = r"/[\w./-]{2,256}(?::[\w.-]{1,128}|@sha256:[0-9a-f]{64})?"
_WORDS: Mapping[str, ThingKind] = {
    r"\bTable:? '?([\w.-]{3,255})'? not found": ThingKind.TABLE,
    r"\bs3://([a-z0-9][a-z0-9.-]{2,62})(?=[\s\"',;)/]|$)": ThingKind.BUCKET,
    r"[Bb]ucket:? [\"']?([a-z0-9][a-z0-9.-]{2,62})[\"']? (?:does not|not found)": ThingKind.BUCKET,
    r"(https?://[\w.:-]{1,200}/\d{12}/[\w.-]{1,80})": ThingKind.QUEUE,
    rf"\b({_REGISTRY}{_IMAGE})": ThingKind.IMAGE,
}
_ASKED: Mapping[str, ThingKind] = {
    "FunctionName": ThingKind.FUNCTION,
    "StateMachineArn": ThingKind.MACHINE,
    "TableName": ThingKind.TABLE,
    "Bucket": ThingKind.BUCKET,
    "QueueUrl": ThingKind.QUEUE,
    "SecretId": ThingKind.SECRET,
    "TaskDefinition": ThingKind.TASK,
}
"""What a Task's parameters call a thing, by the API that it calls."""

_PATTERNS = tuple((re.compile(text), kind) for text, kind in (*_ARNS.items(), *_WORDS.items()))
_SAYS_KIND: Mapping[ThingKind, re.Pattern[str]] = {
    ThingKind.FUNCTION: re.compile(r"function not found|functionnotfound", re.IGNORECASE),
    ThingKind.MACHINE: re.compile(r"state ?machine ?does ?not ?exist", re.IGNORECASE),
    ThingKind.TABLE: re.compile(r"\btable\b|requested resource not found", re.IGNORECASE),
    ThingKind.BUCKET: re.compile(r"\bbucket\b|nosuchbucket", re.IGNORECASE),
    ThingKind.QUEUE: re.compile(r"\bqueue\b|nonexistentqueue", re.IGNORECASE),
    ThingKind.SECRET: re.compile(r"\bsecret\b", re.IGNORECASE),
    ThingKind.IMAGE: re.compile(r"cannotpull|pull|manifest|image", re.IGNORECASE),
    ThingKind.TASK: re.compile(
        r"task definition|taskdefinition (?:not found|is inactive)", re.IGNORECASE
    ),
}
"""The words in which a service says that a thing of a kind is missing."""


def missing_things(words: str, asked: str, images: tuple[str, ...] = ()) -> tuple[Thing, ...]:
    """Return the things that may be what is missing: those of the kind that the words speak of.

    `words` is what the failure says, `asked` the parameters of the Task as JSON, `images` what its
    containers are made of.
    """
    said = words[:_READ]
    kinds = {kind for kind, pattern in _SAYS_KIND.items() if pattern.search(said)}
    found = [
        *_named(said),
        *_asked_for(asked),
        *(Thing(kind=ThingKind.IMAGE, name=image) for image in images),
    ]
    kept = (thing for thing in found if thing.kind in kinds)
    return tuple(dict.fromkeys(kept))[:MOST_THINGS]


def called_things(asked: str) -> tuple[Thing, ...]:
    """Return what a Task calls by its parameters, functions and task definitions apart."""
    beside = {ThingKind.FUNCTION, ThingKind.TASK}
    found = (thing for thing in _asked_for(asked) if thing.kind not in beside)
    return tuple(dict.fromkeys(found))[:MOST_THINGS]


def _named(said: str) -> Iterator[Thing]:
    for pattern, kind in _PATTERNS:
        for match in pattern.finditer(said):
            yield Thing(kind=kind, name=match.group(1))


def _asked_for(asked: str) -> Iterator[Thing]:
    try:
        document: Json = read_json(asked)
    except ValueError:
        return
    if not isinstance(document, dict):
        return
    for field, kind in _ASKED.items():
        name = document.get(field)
        if isinstance(name, str) and name:
            yield from _one(kind, name)


def _one(kind: ThingKind, name: str) -> Iterator[Thing]:
    """A name may be an ARN: then the thing is the one that the ARN names."""
    by_arn = [thing for thing in _named(name) if thing.kind is kind]
    yield by_arn[0] if by_arn else Thing(kind=kind, name=name)
