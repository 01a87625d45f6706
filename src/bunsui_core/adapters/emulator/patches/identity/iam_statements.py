"""Statements of policies: which of them speak about a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext, ParsedStatement

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.identity.iam_conditions import are_met, lookup_in
from bunsui_core.adapters.emulator.patches.identity.iam_match import like, like_arn
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_WITH_VARIABLES = "2012-10-17"


def first_match(
    ctx: EvalContext, statements: Sequence[ParsedStatement], effect: str
) -> ParsedStatement | None:
    """Return the first statement with this effect that speaks about the request."""
    for statement in statements:
        if statement.effect == effect and _speaks_about(statement, ctx):
            return statement
    return None


def parsed(document: str | Document | None) -> list[ParsedStatement]:
    """Return the statements of a policy; policy variables are text before version 2012-10-17."""
    return list(_of_text(document) if isinstance(document, str) else _statements(document or {}))


@lru_cache(maxsize=256)
def _of_text(text: str) -> tuple[ParsedStatement, ...]:
    # Every request is judged by the same few policies.
    return tuple(_statements(_loaded(text)))


def _statements(policy: Document) -> list[ParsedStatement]:
    has_variables = policy.get("Version") == _WITH_VARIABLES
    statements = policy.get("Statement", [])
    found = []
    for statement in statements if isinstance(statements, list) else [statements]:
        if isinstance(statement, dict) and statement.get("Effect") in ("Allow", "Deny"):
            found.append(_parsed(statement if has_variables else _without_variables(statement)))
    return found


def _parsed(statement: Document) -> ParsedStatement:
    # The policy of a resource may leave out the resource: it is the one the policy hangs on.
    is_general = "Resource" not in statement and "NotResource" not in statement
    return ParsedStatement(
        sid=str(statement.get("Sid", "")),
        effect=str(statement["Effect"]),
        actions=list(_texts(statement.get("Action"))),
        not_actions=list(_texts(statement.get("NotAction"))),
        resources=["*"] if is_general else list(_texts(statement.get("Resource"))),
        not_resources=list(_texts(statement.get("NotResource"))),
        conditions=statement.get("Condition") or {},
    )


def _speaks_about(statement: ParsedStatement, ctx: EvalContext) -> bool:
    lookup = lookup_in(ctx)

    def is_action(pattern: str) -> bool:
        return like(ctx.action, pattern, any_case=True)

    def is_resource(pattern: str) -> bool:
        return like_arn(ctx.resource_arn, pattern, lookup)

    return (
        _names(statement.actions, statement.not_actions, is_action)
        and _names(statement.resources, statement.not_resources, is_resource)
        and are_met(statement.conditions, ctx)
    )


def _names(named: list[str], excepted: list[str], matches: Callable[[str], bool]) -> bool:
    if named:
        return any(map(matches, named))
    return bool(excepted) and not any(map(matches, excepted))


def _loaded(text: str) -> Document:
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from map(str, value)


def _without_variables(statement: Document) -> Document:
    escaped: Document = json.loads(json.dumps(statement).replace("${", "${$}{"))
    return escaped


def install() -> None:
    """Let policies match as IAM matches them."""
    anchor.require(iam_evaluator._first_match, "dc96ef4846c74212")
    anchor.require(iam_evaluator._conditions_met, "15b4c24a03e3ff17")
    anchor.require(iam_evaluator._resolve_condition_key, "15e26964cd38f32c")
    anchor.require(iam_evaluator.parse_policy_document, "622a4f98a3ecd766")
    iam_evaluator._first_match = first_match
    iam_evaluator._conditions_met = are_met
    iam_evaluator.parse_policy_document = parsed
