"""The comparisons of a JSONPath Choice rule, each with its type, a constant or a path."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from bunsui_core.adapters.emulator.patches.states import outcome, paths, wait_state
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

# What values are compared by: numbers, moments and truth values as numbers, and texts as texts.
_Key = tuple[float, str]
_ORDERS: dict[str, Callable[[_Key, _Key], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_COMPARED = re.compile(r"(String|Numeric|Timestamp|Boolean)([A-Z]\w*?)(Path)?")


def holds(rule: Document, data: Json, context: Document) -> bool:
    """Tell whether a rule holds.

    Raises:
        outcome.Fatal: a path leads nowhere, which only IsPresent may ask about.
    """
    nested = [one for one in _list(rule.get("And", rule.get("Or"))) if isinstance(one, dict)]
    if "And" in rule:
        return all(holds(one, data, context) for one in nested)
    if "Or" in rule:
        return any(holds(one, data, context) for one in nested)
    denied = rule.get("Not")
    if isinstance(denied, dict):
        return not holds(denied, data, context)
    return _compares(rule, str(rule.get("Variable")), data, context)


def _compares(rule: Document, path: str, data: Json, context: Document) -> bool:
    if "IsPresent" in rule:
        return _is_present(path, data, context) == rule["IsPresent"]
    value = _read(path, data, context)
    for name, against in rule.items():
        if name in _KINDS:
            return _KINDS[name](value) == against
        if name == "StringMatches":
            return isinstance(value, str) and _pattern(str(against)).fullmatch(value) is not None
        compared = _COMPARED.fullmatch(name)
        if compared and compared[2] in _ORDERS:
            other = _read(str(against), data, context) if compared[3] else against
            return _ordered(compared[1], _ORDERS[compared[2]], value, other)
    return False


def _ordered(kind: str, order: Callable[[_Key, _Key], bool], value: Json, other: Json) -> bool:
    first, second = _key(kind, value), _key(kind, other)
    return first is not None and second is not None and order(first, second)


def _key(kind: str, value: Json) -> _Key | None:
    """Return what a value is compared by, or nothing when it is of another type."""
    if isinstance(value, str):
        moment = wait_state.moment(value) if kind == "Timestamp" else None
        text = (0.0, value) if kind == "String" else None
        return (moment.timestamp(), "") if moment else text
    is_asked = kind == ("Boolean" if isinstance(value, bool) else "Numeric")
    return (value, "") if is_asked and isinstance(value, int | float) else None


def _is_present(path: str, data: Json, context: Document) -> bool:
    try:
        paths.read(path, data, context)
    except paths.Unreadable:
        return False
    return True


def _read(path: str, data: Json, context: Document) -> Json:
    try:
        return paths.read(path, data, context)
    except paths.Unreadable as missing:
        raise outcome.runtime(
            f"Invalid path '{path}': The choice state's condition path references an invalid value."
        ) from missing


def _pattern(text: str) -> re.Pattern[str]:
    # A backslash takes the meaning of the character after it away.
    parts = re.findall(r"\\.|\*|[^\\*]+|\\$", text, re.DOTALL)
    written = (".*" if part == "*" else re.escape(re.sub(r"\\(.)", r"\1", part)) for part in parts)
    return re.compile("".join(written), re.DOTALL)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_moment(value: Json) -> bool:
    return wait_state.moment(value) is not None


_KINDS: dict[str, Callable[[Json], bool]] = {
    "IsNull": lambda value: value is None,
    "IsString": lambda value: isinstance(value, str),
    "IsNumeric": _is_number,
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": _is_moment,
}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
