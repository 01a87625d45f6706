"""What holds for any policy: a Deny takes, an Allow gives, and the order says nothing."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.value import Json
from tests.emulator.test_iam_semantics import Asked, is_allowed

ACTIONS = st.sampled_from(["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "sqs:*"])
RESOURCES = st.sampled_from(
    ["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::${none}"]
)
OPERATORS = st.sampled_from(
    [
        "StringEquals",
        "StringNotEquals",
        "StringLikeIfExists",
        "ForAllValues:StringLike",
        "ForAnyValue:StringNotLike",
        "Null",
    ]
)
VALUES = st.sampled_from(["a", "a*", "true", "${aws:username}", "${none}"])
CONDITIONS = st.dictionaries(OPERATORS, st.fixed_dictionaries({"test:k": VALUES}), max_size=2)


def statements(effect: str) -> st.SearchStrategy[Json]:
    """Statements with this effect."""

    def made(action: str, resource: str, condition: Json, excepts: bool) -> Json:
        named = "NotResource" if excepts else "Resource"
        said: dict[str, Json] = {"Effect": effect, "Action": action, named: resource}
        return {**said, "Condition": condition} if condition else said

    return st.builds(made, ACTIONS, RESOURCES, CONDITIONS, st.booleans())


ANY = st.lists(st.one_of(statements("Allow"), statements("Deny")), max_size=5)
REQUESTS = st.builds(
    Asked,
    st.sampled_from(["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]),
    st.sampled_from(["arn:aws:s3:::b/aiko/1", "arn:aws:s3:::b/x\n", "arn:aws:s3:::c", "*"]),
    st.sampled_from(
        [{}, {"test:k": "a"}, {"test:k": "aiko"}, {"test:k": ["a", "b"]}, {"test:k": []}]
    ),
)


@given(ANY, statements("Deny"), REQUESTS)
def test_another_deny_never_allows_more(policy: list[Json], deny: Json, asked: Asked) -> None:
    assert is_allowed([*policy, deny], asked) <= is_allowed(policy, asked)


@given(ANY, statements("Allow"), REQUESTS)
def test_another_allow_never_allows_less(policy: list[Json], allow: Json, asked: Asked) -> None:
    assert is_allowed([*policy, allow], asked) >= is_allowed(policy, asked)


@given(ANY, REQUESTS, st.randoms())
def test_the_order_of_statements_says_nothing(
    policy: list[Json], asked: Asked, chance: Random
) -> None:
    shuffled = sorted(policy, key=lambda _: chance.random())

    assert is_allowed(shuffled, asked) == is_allowed(policy, asked)


@given(statements("Allow"), REQUESTS)
def test_what_is_not_allowed_is_denied(allow: Json, asked: Asked) -> None:
    assert not is_allowed([], asked)
    assert isinstance(allow, dict)
    assert not is_allowed([{**allow, "Effect": "Deny"}], asked)
