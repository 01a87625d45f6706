"""Conditions of policies: operators, sets of values, absent keys and policy variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ministack.core import iam_evaluator

from bunsui_core.adapters.emulator.patches.identity.iam_match import (
    Lookup,
    like,
    like_arn,
    resolved,
)
from bunsui_core.domain.value import Json

Test = Callable[[str, str, Lookup], bool]

_OPERATOR = re.compile(r"(?:(forallvalues|foranyvalue):)?(\w+?)(ifexists)?")
_NEGATIONS = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
# Tags whose names differ in case only share a key of conditions and are tags of their own.
_ONE_VALUE_EACH = ("aws:requesttag/", "aws:resourcetag/")


@dataclass(frozen=True)
class Operator:
    """An operator of a condition, as its name says."""

    name: str
    is_negated: bool
    quantifier: str
    if_exists: bool

    @classmethod
    def named(cls, text: str) -> Operator:
        """Return the operator of a name such as `ForAllValues:StringLikeIfExists`."""
        found = _OPERATOR.fullmatch(text.lower())
        quantifier, name, if_exists = found.groups() if found else (None, "", None)
        positive = _NEGATIONS.get(name, name)
        return cls(positive, positive != name, quantifier or "", bool(if_exists))

    def holds(self, actual: Json, expected: Sequence[str], lookup: Lookup) -> bool:
        """Tell whether the value or values of a key in the request satisfy the condition."""
        if self.name == "null":
            return any(_is_absent(actual) == (text.lower() == "true") for text in expected)
        if self.name not in _TESTS:
            return False
        if actual is None:
            return self._holds_without_key
        if not isinstance(actual, list):
            return self._holds_for(actual, expected, lookup)
        each = (self._holds_for(value, expected, lookup) for value in actual)
        # Several values under an operator for one value match nothing.
        return {"forallvalues": all, "foranyvalue": any}.get(self.quantifier, _never)(each)

    @property
    def _holds_without_key(self) -> bool:
        if self.quantifier:
            return self.if_exists or self.quantifier == "forallvalues"
        return self.if_exists or self.is_negated

    def _holds_for(self, value: Json, expected: Sequence[str], lookup: Lookup) -> bool:
        test = _TESTS[self.name]
        return self.is_negated != any(test(str(value), text, lookup) for text in expected)


def are_met(conditions: Json, ctx: iam_evaluator.EvalContext) -> bool:
    """Tell whether a request satisfies every condition of a statement."""
    if not conditions:
        return True
    lookup = lookup_in(ctx)
    return isinstance(conditions, dict) and all(
        isinstance(block, dict)
        and all(_is_met(Operator.named(operator), key, block[key], ctx, lookup) for key in block)
        for operator, block in conditions.items()
    )


def lookup_in(ctx: iam_evaluator.EvalContext) -> Lookup:
    """Return what gives the policy variables of a request their values."""

    def lookup(name: str) -> str | None:
        value = iam_evaluator._resolve_condition_key(name, ctx)
        return None if value is None or isinstance(value, list) else str(value)

    return lookup


def _is_met(
    operator: Operator, key: str, wanted: Json, ctx: iam_evaluator.EvalContext, lookup: Lookup
) -> bool:
    actual = iam_evaluator._resolve_condition_key(key, ctx)
    expected = [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
    if isinstance(actual, list) and key.lower().startswith(_ONE_VALUE_EACH):
        combine = all if operator.is_negated else any
        return combine(operator.holds(value, expected, lookup) for value in actual)
    return operator.holds(actual, expected, lookup)


def _is_absent(actual: Json) -> bool:
    return actual is None or actual == []


def _never(each: object) -> bool:
    return False


def _same(value: str, expected: str, lookup: Lookup) -> bool:
    return value == resolved(expected, lookup)


def _same_in_any_case(value: str, expected: str, lookup: Lookup) -> bool:
    text = resolved(expected, lookup)
    return text is not None and value.casefold() == text.casefold()


def _theirs(name: str) -> Test:
    compare = iam_evaluator._CONDITION_OPS[name]

    def test(value: str, expected: str, lookup: Lookup) -> bool:
        text = resolved(expected, lookup)
        return text is not None and bool(compare(value, text))

    return test


_ORDERS = ("equals", "lessthan", "lessthanequals", "greaterthan", "greaterthanequals")
_TESTS: dict[str, Test] = {
    "stringequals": _same,
    "stringequalsignorecase": _same_in_any_case,
    "stringlike": like,
    "arnequals": like_arn,
    "arnlike": like_arn,
    "binaryequals": _same,
    **{
        f"{kind}{order}": _theirs(f"{kind}{order}")
        for kind in ("numeric", "date")
        for order in _ORDERS
    },
    **{name: _theirs(name) for name in ("bool", "ipaddress")},
}
