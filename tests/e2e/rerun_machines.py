"""Machines that do something, leave a trace of it, and fail until something is repaired."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise

from bunsui_core.domain.door import with_entry
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.session import Session
from bunsui_core.domain.value import Json

SOME_BUCKET = "SOME_BUCKET"
"""Stands in the code of a function for the bucket of its stage."""

DOING = """
import json
import uuid
import boto3

s3 = boto3.client("s3")
BUCKET = "SOME_BUCKET"


def handler(event, context):
    if event.get("needs"):
        s3.head_object(Bucket=BUCKET, Key=event["needs"])
    float(event.get("number", "1"))
    s3.put_object(Bucket=BUCKET, Key=f"did/{event['did']}/{uuid.uuid4()}", Body=b"")
    return {"did": event["did"]}
"""
"""It needs an object or a number where it is told one, and leaves a trace of having done it."""

BROKEN = DOING.replace('event["did"]}\n', 'event["done"]}\n')
"""The same with a bug: it does its work, and then asks for what nobody gives."""

Definition = dict[str, Json]


@dataclass(frozen=True)
class Made:
    """One job: its machine, what it waits for, and whether the machine can be entered."""

    definition: Definition
    after: tuple[str, ...] = ()
    enters: bool = True
    effect: SideEffect = SideEffect.IDEMPOTENT


def does(function: str, what: Json, **more: Json) -> dict[str, Json]:
    """A Task that does something and adds it to its input."""
    payload: Json = what if isinstance(what, dict) else {"did": what}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload": payload},
        "ResultPath": None,
        **more,
        **({} if "Next" in more else {"End": True}),
    }


def row(**states: dict[str, Json]) -> Definition:
    """A machine of these states, one after the other."""
    names = list(states)
    after = dict(pairwise(names))
    chained = {n: _linked(state, after.get(n, "")) for n, state in states.items()}
    return {"StartAt": names[0], "States": {**chained}}


def _linked(state: dict[str, Json], following: str) -> Json:
    bare = {key: value for key, value in state.items() if key != "End"}
    ends = "Choices" in state or state.get("Type") in {"Succeed", "Fail"} or "Next" in state
    if ends:
        return bare
    return {**bare, "Next": following} if following else {**bare, "End": True}


def text_of(made: Made) -> Json:
    """The definition that is deployed, with a door where it can be entered."""
    definition: Json = made.definition
    if made.enters:
        definition = json.loads(with_entry(json.dumps(made.definition)))
    return definition


def prepared(doing: str, name: str, **states: dict[str, Json]) -> Made:
    """A job that does something first, so that doing it twice would show."""
    return Made(row(Prepare=does(doing, f"{name}-prepare"), **states))


def status(session: Session) -> dict[str, str]:
    return {run.job: run.status.value for run in session.runs}


def arn(session: Session, job: str) -> str:
    """The newest execution of a job."""
    run = session.run(job)
    assert run
    assert run.last
    return run.last.execution_arn


def output(session: Session, job: str) -> Json:
    run = session.run(job)
    assert run
    assert run.last
    found: Json = json.loads(run.last.output or "null")
    return found
