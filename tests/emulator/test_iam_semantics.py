"""How policies are evaluated, row by row, each row beside one that comes out the other way.

The rules are those of the IAM User Guide: policy evaluation logic, condition operators, single-
and multivalued context keys, policy variables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.identity.iam_statements import first_match, parsed
from bunsui_core.domain.value import Json

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/bunsui"
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:bunsui-a"


@dataclass(frozen=True)
class Asked:
    """A request: an action on a resource, with the keys of its context."""

    action: str = "dynamodb:PutItem"
    resource: str = TABLE
    keys: Mapping[str, Json] = field(default_factory=dict)


def is_allowed(statements: list[Json], asked: Asked, version: str = "2012-10-17") -> bool:
    """Whether a policy lets a request through: no Deny speaks about it, and an Allow does."""
    from ministack.core.iam_evaluator import EvalContext

    policy = parsed({"Version": version, "Statement": statements})
    context = EvalContext(
        principal_arn="arn:aws:iam::000000000000:user/aiko",
        principal_type="User",
        principal_account="000000000000",
        action=asked.action,
        resource_arn=asked.resource,
        region="us-east-1",
        service_context={name.lower(): value for name, value in asked.keys.items()},
        principal_keys={"aws:username": "aiko", "aws:principaltag/team": "tokyo"},
    )
    denied = first_match(context, policy, "Deny")
    return denied is None and first_match(context, policy, "Allow") is not None


def allow(**more: Json) -> Json:
    """A statement that allows everything, but for what it is told."""
    statement: dict[str, Json] = {"Effect": "Allow", "Action": "*", "Resource": "*", **more}
    return {name: value for name, value in statement.items() if value is not None}


def deny(**more: Json) -> Json:
    """A statement that denies everything, but for what it is told."""
    statement = allow(**more)
    assert isinstance(statement, dict)
    return {**statement, "Effect": "Deny"}


STATEMENTS: list[tuple[str, list[Json], Asked, bool]] = [
    ("no statement", [], Asked(), False),
    ("an allow", [allow()], Asked(), True),
    ("a deny after an allow", [allow(), deny()], Asked(), False),
    ("a deny before an allow", [deny(), allow()], Asked(), False),
    ("a deny of something else", [allow(), deny(Action="s3:*")], Asked(), True),
    ("an action in another case", [allow(Action="DYNAMODB:putitem")], Asked(), True),
    ("an action by a wildcard", [allow(Action="dynamodb:Put*")], Asked(), True),
    ("an action by one character", [allow(Action="dynamodb:PutIte?")], Asked(), True),
    ("an action one character short", [allow(Action="dynamodb:PutItem?")], Asked(), False),
    ("no action at all", [allow(Action=[])], Asked(), False),
    ("all actions but another", [allow(Action=None, NotAction="s3:*")], Asked(), True),
    ("all actions but this", [allow(Action=None, NotAction="dynamodb:*")], Asked(), False),
    ("a resource", [allow(Resource=TABLE)], Asked(), True),
    ("a resource in another case", [allow(Resource=TABLE.upper())], Asked(), False),
    ("a resource by its beginning", [allow(Resource=f"{TABLE[:-3]}*")], Asked(), True),
    ("a longer resource", [allow(Resource=f"{TABLE}/index/*")], Asked(), False),
    ("no resource at all", [allow(Resource=[])], Asked(), False),
    ("all resources but another", [allow(Resource=None, NotResource=MACHINE)], Asked(), True),
    ("all resources but this", [allow(Resource=None, NotResource=TABLE)], Asked(), False),
    (
        "a wildcard in each part",
        [allow(Resource="arn:*:dynamodb:*:*:table/*")],
        Asked(),
        True,
    ),
    ("a wildcard over two parts", [allow(Resource=f"{TABLE[:16]}:*:table/*")], Asked(), False),
    ("a wildcard for the rest", [allow(Resource="arn:aws:dynamodb:*")], Asked(), True),
    (
        "a resource with a line break",
        [allow(), deny(Resource="arn:aws:s3:::b/*")],
        Asked("s3:PutObject", "arn:aws:s3:::b/a\nb"),
        False,
    ),
    ("an unknown resource", [allow(Resource="arn:aws:s3:::*")], Asked(resource="*"), False),
]  # fmt: skip


VARIABLES: list[tuple[str, str, str, bool]] = [
    ("a variable", "${aws:username}", "aiko", True),
    ("a variable in any case", "${AWS:UserName}", "aiko", True),
    ("another's variable", "${aws:username}", "ben", False),
    ("a tag as a variable", "${aws:PrincipalTag/team}", "tokyo", True),
    ("a variable without a value", "${aws:PrincipalTag/none}*", "any", False),
    ("a variable with a default", "${aws:PrincipalTag/none, 'any'}", "any", True),
    ("a default that is not needed", "${aws:username, 'any'}", "any", False),
    ("a star that means itself", "${*}", "*", True),
    ("a star that is no wildcard", "${*}", "any", False),
    ("a dollar that means itself", "${$}{a}", "${a}", True),
]


@pytest.mark.parametrize(
    ("claim", "pattern", "bucket", "expected"), VARIABLES, ids=[row[0] for row in VARIABLES]
)
def test_a_variable_stands_for_its_value(
    claim: str, pattern: str, bucket: str, expected: bool
) -> None:
    statement = allow(Resource=f"arn:aws:s3:::{pattern}")

    assert is_allowed([statement], Asked(resource=f"arn:aws:s3:::{bucket}")) is expected


@pytest.mark.parametrize(
    ("claim", "statements", "asked", "expected"),
    STATEMENTS,
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_statement_speaks_about_a_request(
    claim: str, statements: list[Json], asked: Asked, expected: bool
) -> None:
    assert is_allowed(statements, asked) is expected


ONE, NONE = {"k": "a"}, dict[str, Json]()
TWO: Mapping[str, Json] = {"k": ["a", "b"]}

CONDITIONS: list[tuple[str, str, Json, Mapping[str, Json], bool]] = [
    ("the same text", "StringEquals", "a", ONE, True),
    ("another text", "StringEquals", "b", ONE, False),
    ("one of several", "StringEquals", ["b", "a"], ONE, True),
    ("another case", "StringEquals", "A", ONE, False),
    ("another case that may be", "StringEqualsIgnoreCase", "A", ONE, True),
    ("an absent key", "StringEquals", "a", NONE, False),
    ("an absent key that may be", "StringEqualsIfExists", "a", NONE, True),
    ("a wrong key that may be absent", "StringEqualsIfExists", "b", ONE, False),
    ("not the same text", "StringNotEquals", "b", ONE, True),
    ("not one of several", "StringNotEquals", ["b", "a"], ONE, False),
    ("not, and absent", "StringNotEquals", "a", NONE, True),
    ("a pattern", "StringLike", "a*", {"k": "abc"}, True),
    ("a pattern in another case", "StringLike", "A*", {"k": "abc"}, False),
    ("a pattern over a line break", "StringLike", "a*c", {"k": "a\nc"}, True),
    ("a pattern and a last line break", "StringLike", "abc", {"k": "abc\n"}, False),
    ("no pattern where texts are equal", "StringEquals", "a*", {"k": "abc"}, False),
    ("not a pattern", "StringNotLike", "a*", {"k": "abc"}, False),
    ("a variable", "StringEquals", "${aws:username}", {"k": "aiko"}, True),
    ("a variable in a pattern", "StringLike", "REQ#${aws:username}#*", {"k": "REQ#aiko#1"}, True),
    ("a longer name", "StringLike", "REQ#${aws:username}#*", {"k": "REQ#aikox#1"}, False),
    ("an unknown variable", "StringLike", "${aws:PrincipalTag/none}*", {"k": ""}, False),
    ("an unknown variable as text", "StringEquals", "${none}", {"k": "${none}"}, False),
    ("a null that is", "Null", "true", NONE, True),
    ("a null that is not", "Null", "true", ONE, False),
    ("no null", "Null", "false", ONE, True),
    ("no null, and absent", "Null", "false", NONE, False),
    ("a null as a truth", "Null", True, NONE, True),
    ("an empty set is a null", "Null", "true", {"k": list[Json]()}, True),
    ("all of the values", "ForAllValues:StringEquals", ["a", "b", "c"], TWO, True),
    ("not all of the values", "ForAllValues:StringEquals", ["a"], TWO, False),
    ("all of no values", "ForAllValues:StringEquals", ["a"], NONE, True),
    ("all of one value", "ForAllValues:StringEquals", ["a"], ONE, True),
    ("any of the values", "ForAnyValue:StringEquals", ["b"], TWO, True),
    ("not any of the values", "ForAnyValue:StringEquals", ["c"], TWO, False),
    ("any of no values", "ForAnyValue:StringEquals", ["a"], NONE, False),
    ("any of no values that may be", "ForAnyValue:StringEqualsIfExists", ["a"], NONE, True),
    ("none of any value", "ForAnyValue:StringNotEquals", ["a"], TWO, True),
    ("none of all values", "ForAllValues:StringNotEquals", ["a"], TWO, False),
    ("several values for one", "StringEquals", "a", TWO, False),
    ("several values for none", "StringNotEquals", "c", TWO, False),
    ("an ARN", "ArnEquals", MACHINE, {"k": MACHINE}, True),
    ("an ARN by pattern", "ArnLike", f"{MACHINE[:-1]}*", {"k": MACHINE}, True),
    ("an ARN over two parts", "ArnLike", "arn:aws:states:*:stateMachine:*", {"k": MACHINE}, False),
    ("not that ARN", "ArnNotLike", f"{MACHINE[:-1]}*", {"k": MACHINE}, False),
    ("not another ARN", "ArnNotEquals", f"{MACHINE}b", {"k": MACHINE}, True),
    ("a number", "NumericLessThanEquals", "10", {"k": "10"}, True),
    ("a greater number", "NumericLessThan", "10", {"k": "10"}, False),
    ("no number", "NumericEquals", "10", {"k": "ten"}, False),
    ("a later moment", "DateGreaterThan", "2026-01-01", {"k": "2026-01-02"}, True),
    ("an earlier moment", "DateGreaterThan", "2026-01-02", {"k": "2026-01-01"}, False),
    ("a truth", "Bool", "true", {"k": "True"}, True),
    ("an untruth", "Bool", "true", {"k": "false"}, False),
    ("an address", "IpAddress", "127.0.0.0/8", {"k": "127.0.0.1"}, True),
    ("not that address", "NotIpAddress", "127.0.0.0/8", {"k": "127.0.0.1"}, False),
    ("an unknown operator", "StringResembles", "a", ONE, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "operator", "expected", "keys", "is_met"),
    CONDITIONS,
    ids=[row[0] for row in CONDITIONS],
)
def test_a_condition_is_met(
    claim: str, operator: str, expected: Json, keys: Mapping[str, Json], is_met: bool
) -> None:
    given = {f"test:{name}": value for name, value in keys.items()}
    condition: Json = {operator: {"test:K": expected}}

    assert is_allowed([allow(Condition=condition)], Asked(keys=given)) is is_met
    # A Deny under the same condition takes away exactly what the Allow gave.
    assert is_allowed([allow(), deny(Condition=condition)], Asked(keys=given)) is not is_met


def test_every_key_and_every_operator_must_be_met() -> None:
    keys: Mapping[str, Json] = {"test:a": "1", "test:b": "2"}
    both: Json = {"StringEquals": {"test:a": "1", "test:b": "2"}}
    one: Json = {"StringEquals": {"test:a": "1", "test:b": "1"}}
    mixed: Json = {"StringEquals": {"test:a": "1"}, "StringLike": {"test:b": "1*"}}

    assert is_allowed([allow(Condition=both)], Asked(keys=keys))
    assert not is_allowed([allow(Condition=one)], Asked(keys=keys))
    assert not is_allowed([allow(Condition=mixed)], Asked(keys=keys))


def test_variables_are_text_in_a_policy_of_the_first_version() -> None:
    statement = [allow(Resource="arn:aws:s3:::${aws:username}")]
    own, letters = (
        Asked(resource="arn:aws:s3:::aiko"),
        Asked(resource="arn:aws:s3:::${aws:username}"),
    )

    assert is_allowed(statement, own)
    assert not is_allowed(statement, letters)
    assert is_allowed(statement, letters, "2008-10-17")
    assert not is_allowed(statement, own, "2008-10-17")


def test_a_value_put_in_for_a_variable_is_no_pattern() -> None:
    condition: Json = {"StringLike": {"test:k": "${test:given}"}}

    given: Mapping[str, Json] = {"test:given": "*", "test:k": "anything"}
    assert not is_allowed([allow(Condition=condition)], Asked(keys=given))
    assert is_allowed([allow(Condition=condition)], Asked(keys={**given, "test:k": "*"}))


def test_a_policy_that_does_not_parse_allows_nothing() -> None:
    assert anchor.require_version()
    assert parsed("{") == parsed(None) == parsed("[]") == []
    assert parsed({"Statement": [{"Effect": "Perhaps", "Action": "*", "Resource": "*"}]}) == []
