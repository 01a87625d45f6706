"""What a failure names: the action that was denied, the thing that is missing."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.denial import Denial, denial_of
from bunsui_core.domain.thing import MOST_THINGS, Thing, ThingKind, called_things, missing_things
from bunsui_core.domain.value import Json

USER = "User: arn:aws:sts::111122223333:assumed-role/load-role/load"


@pytest.mark.parametrize(
    ("words", "denial"),
    [
        (
            f"{USER} is not authorized to perform: s3:GetObject on resource: "
            '"arn:aws:s3:::orders/day.csv" because no identity-based policy allows the '
            "s3:GetObject action",
            Denial(
                role="load-role",
                action="s3:GetObject",
                resource="arn:aws:s3:::orders/day.csv",
                by_identity=True,
            ),
        ),
        (
            f"{USER} is not authorized to perform: dynamodb:GetItem on resource: "
            "arn:aws:dynamodb:us-east-1:111122223333:table/rates with an explicit deny in a "
            "service control policy",
            Denial(
                role="load-role",
                action="dynamodb:GetItem",
                resource="arn:aws:dynamodb:us-east-1:111122223333:table/rates",
            ),
        ),
        (
            f"{USER} is not authorized to perform: ecs:RunTask",
            Denial(role="load-role", action="ecs:RunTask"),
        ),
        (
            "An error occurred (AccessDenied) when calling the HeadObject operation: Forbidden",
            Denial(action="s3:GetObject"),
        ),
        (
            "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: no",
            Denial(action="s3:ListBucket"),
        ),
        (
            "An error occurred (AccessDeniedException) when calling the Decrypt operation: no",
            Denial(),
        ),
    ],
)
def test_a_denial_is_read_as_far_as_its_words_go(words: str, denial: Denial) -> None:
    assert denial_of(words) == denial


@pytest.mark.parametrize("words", ["", "permission denied: /tmp/out", "row 7 is bad"])
def test_words_that_tell_no_denial_give_none(words: str) -> None:
    assert denial_of(words) is None


def test_a_denial_is_looked_for_in_the_beginning_of_what_a_stranger_wrote() -> None:
    assert denial_of("x" * 10_000 + f"{USER} is not authorized to perform: ecs:RunTask") is None


@pytest.mark.parametrize(
    ("words", "asked", "kind", "name"),
    [
        (
            "Function not found: arn:aws:lambda:us-east-1:111122223333:function:load",
            {},
            ThingKind.FUNCTION,
            "load",
        ),
        ("Requested resource not found", {"TableName": "rates"}, ThingKind.TABLE, "rates"),
        ("Requested resource not found: Table: rates not found", {}, ThingKind.TABLE, "rates"),
        (
            "The specified queue does not exist",
            {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/jobs"},
            ThingKind.QUEUE,
            "https://sqs.us-east-1.amazonaws.com/111122223333/jobs",
        ),
        ("The specified bucket does not exist", {"Bucket": "orders"}, ThingKind.BUCKET, "orders"),
        (
            "Secrets Manager can't find the specified secret.",
            {"SecretId": "prod/key"},
            ThingKind.SECRET,
            "prod/key",
        ),
        (
            "State Machine Does Not Exist: 'arn:aws:states:us-east-1:111122223333:"
            "stateMachine:below'",
            {},
            ThingKind.MACHINE,
            "arn:aws:states:us-east-1:111122223333:stateMachine:below",
        ),
        (
            "CannotPullContainerError: failed to resolve ref "
            "111122223333.dkr.ecr.us-east-1.amazonaws.com/load:v7: not found",
            {},
            ThingKind.IMAGE,
            "111122223333.dkr.ecr.us-east-1.amazonaws.com/load:v7",
        ),
        (
            "Unable to describe task definition",
            {"TaskDefinition": "arn:aws:ecs:us-east-1:111122223333:task-definition/load:3"},
            ThingKind.TASK,
            "arn:aws:ecs:us-east-1:111122223333:task-definition/load:3",
        ),
    ],
)
def test_what_is_missing_is_read_from_the_words_or_from_what_was_asked(
    words: str, asked: Json, kind: ThingKind, name: str
) -> None:
    assert Thing(kind=kind, name=name) in missing_things(words, json.dumps(asked))


def test_a_thing_of_another_kind_than_the_words_speak_of_is_not_what_is_missing() -> None:
    asked = json.dumps({"TableName": "rates", "QueueUrl": "jobs"})

    found = missing_things("The specified queue does not exist", asked)

    assert [thing.kind for thing in found] == [ThingKind.QUEUE]


@pytest.mark.parametrize("asked", ["", "not json", "[]", '{"TableName": 3}', '{"TableName": ""}'])
def test_parameters_that_name_nothing_name_nothing(asked: str) -> None:
    assert missing_things("Requested resource not found", asked) == ()
    assert called_things(asked) == ()


def test_no_more_things_are_looked_for_than_the_most() -> None:
    words = "Requested resource not found " + " ".join(
        f"Table: rates-{number} not found" for number in range(MOST_THINGS + 3)
    )

    assert len(missing_things(words, "")) == MOST_THINGS


def test_what_a_task_calls_is_known_by_its_parameters() -> None:
    asked = json.dumps({"TableName": "rates", "FunctionName": "load", "Bucket": "orders"})

    found = {thing.kind for thing in called_things(asked)}

    assert found == {ThingKind.TABLE, ThingKind.BUCKET}
