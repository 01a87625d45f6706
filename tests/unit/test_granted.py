"""What policies grant, as far as their own text tells."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.granted import Grant, grant, readable
from bunsui_core.domain.value import Json

ACTION, RESOURCE = "s3:GetObject", "arn:aws:s3:::orders/day.csv"


def a_policy(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: Json, resources: Json, **more: Json) -> Json:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(actions: Json, resources: Json, **more: Json) -> Json:
    return {"Effect": "Deny", "Action": actions, "Resource": resources, **more}


IF: Json = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ((allow("s3:GetObject", RESOURCE),), Grant.ALLOWED),
        ((allow("S3:getobject", "arn:aws:s3:::orders/*"),), Grant.ALLOWED),
        ((allow(["s3:Get*", "sqs:*"], ["arn:aws:s3:::*/day.cs?"]),), Grant.ALLOWED),
        ((allow("*", "*"),), Grant.ALLOWED),
        ((allow("s3:PutObject", RESOURCE),), Grant.NOT_ALLOWED),
        ((allow("s3:GetObject", "arn:aws:s3:::others/*"),), Grant.NOT_ALLOWED),
        ((), Grant.NOT_ALLOWED),
        ((allow("s3:*", "*"), deny("s3:GetObject", "*")), Grant.FORBIDDEN),
        ((deny("s3:*", "arn:aws:s3:::orders/*"),), Grant.FORBIDDEN),
        ((allow("s3:*", "*"), deny("s3:*", "arn:aws:s3:::others/*")), Grant.ALLOWED),
        ((allow("s3:*", "*", Condition=IF),), Grant.OPEN),
        ((allow("s3:*", "*"), deny("s3:*", "*", Condition=IF)), Grant.OPEN),
        ((allow("s3:*", "*"), allow("s3:*", "*", Condition=IF)), Grant.ALLOWED),
        ((allow("s3:*", "arn:aws:s3:::${aws:PrincipalTag/team}/*"),), Grant.OPEN),
        (({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},), Grant.ALLOWED),
        (({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},), Grant.NOT_ALLOWED),
        (
            ({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::orders/*"},),
            Grant.NOT_ALLOWED,
        ),
    ],
)
def test_only_what_is_plain_is_claimed(statements: tuple[Json, ...], said: Grant) -> None:
    assert grant([a_policy(*statements)], ACTION, RESOURCE, None) is said


def test_a_statement_of_one_resource_says_nothing_certain_of_an_unknown_one() -> None:
    policy = a_policy(allow("s3:GetObject", "arn:aws:s3:::orders/*"))

    assert grant([policy], ACTION, "", None) is Grant.OPEN
    assert grant([policy], "s3:PutObject", "", None) is Grant.NOT_ALLOWED


def test_a_deny_in_one_policy_forbids_what_another_allows() -> None:
    policies = [a_policy(allow("s3:*", "*")), a_policy(deny("s3:Get*", "*"))]

    assert grant(policies, ACTION, RESOURCE, None) is Grant.FORBIDDEN


@pytest.mark.parametrize(
    ("boundary", "said"),
    [
        (a_policy(allow("s3:*", "*")), Grant.ALLOWED),
        (a_policy(allow("sqs:*", "*")), Grant.FORBIDDEN),
        (a_policy(allow("s3:*", "*", Condition=IF)), Grant.OPEN),
    ],
)
def test_a_boundary_limits_what_policies_allow(boundary: str, said: Grant) -> None:
    assert grant([a_policy(allow("s3:*", "*"))], ACTION, RESOURCE, boundary) is said


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"Statement": 3}', '{"Statement": [1]}'])
def test_a_policy_that_does_not_read_grants_nothing(text: str) -> None:
    assert grant([text], ACTION, RESOURCE, None) is Grant.NOT_ALLOWED


def test_the_stores_that_a_role_may_read_are_named_once_each() -> None:
    policies = [
        a_policy(allow(["dynamodb:GetItem", "dynamodb:Query"], "arn:aws:dynamodb:*:*:table/a")),
        a_policy(allow("s3:GetObject", "arn:aws:s3:::orders/*", Condition=IF)),
        a_policy(allow(["s3:PutObject", "sqs:SendMessage", "logs:*"], "*")),
    ]

    assert readable(policies, None) == ("dynamodb", "s3")
    assert readable([a_policy(allow("logs:*", "*"))], None) == ()
    assert readable([a_policy(allow("*", "*"))], a_policy(allow("logs:*", "*"))) == ()
