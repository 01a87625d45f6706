"""The filters of JSONPath, `[?(@.name == 'x')]`: which members of a list or object remain."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable

from bunsui_core.domain.value import Json

PATTERN = r"\[\?\((?P<filter>[^)\]]*)\)\]"

_COMPARISON = re.compile(
    r"""@(?P<path>[^=!<>\s]*)\s*(?:(?P<sign>==|!=|<=|>=|<|>)\s*(?P<other>.+?))?\s*"""
)
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def remaining(text: str, members: list[Json]) -> list[Json] | None:
    """Return the members that a filter keeps, or nothing when it is of a kind not read here."""
    compared = _COMPARISON.fullmatch(text.strip())
    if compared is None:
        return None
    names = [name for name in re.split(r"\.|\['|'\]", compared["path"]) if name]
    sign, other = compared["sign"], _literal(compared["other"] or "null")
    found = [(member, _at(member, names)) for member in members]
    return [member for member, values in found if values and _holds(sign, values[0], other)]


def _at(member: Json, names: list[str]) -> list[Json]:
    for name in names:
        if not isinstance(member, dict) or name not in member:
            return []
        member = member[name]
    return [member]


def _holds(sign: str | None, value: Json, other: Json) -> bool:
    if sign is None:
        return True
    if sign in ("==", "!="):
        same = value == other and isinstance(value, bool) == isinstance(other, bool)
        return same is (sign == "==")
    if not isinstance(value, int | float) or not isinstance(other, int | float):
        return False
    return _ORDERS[sign](value, other)


def _literal(text: str) -> Json:
    if text.startswith("'") and text.endswith("'"):
        return text[1:-1]
    try:
        value: Json = json.loads(text)
    except json.JSONDecodeError:
        return text
    return value
