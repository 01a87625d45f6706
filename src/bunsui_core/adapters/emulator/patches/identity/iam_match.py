"""Texts of policies, matched as IAM matches them: wildcards, ARNs, policy variables."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

Lookup = Callable[[str], str | None]
"""The value of a policy variable in the context of the request, if it has one."""

_ARN_PARTS = 6
# A wildcard, a variable with its default, or text that means itself.
_PIECE = re.compile(
    r"\$\{(?P<name>[^},]*)(?:,\s*'(?P<default>[^']*)')?\s*\}|(?P<wild>[*?])|.", re.S
)
# A colon inside a variable's name parts nothing.
_PART = re.compile(r"(?:\$\{[^}]*\}|[^:])*", re.S)
_ANY = {"*": ".*", "?": "."}


def nothing(name: str) -> None:
    """Know no variable."""
    return


def like(value: str, pattern: str, lookup: Lookup = nothing, *, any_case: bool = False) -> bool:
    """Tell whether a value matches a pattern with `*`, `?` and policy variables.

    A variable without a value makes the pattern match nothing; a value put in for a variable
    means itself, whatever characters it holds.
    """
    expression = _expression(pattern, lookup) if "${" in pattern else _constant(pattern)
    flags = re.S | (re.I if any_case else 0)
    return expression is not None and re.fullmatch(expression, value, flags) is not None


def like_arn(value: str, pattern: str, lookup: Lookup = nothing) -> bool:
    """Tell whether an ARN matches a pattern, part by part: no wildcard reaches over a colon.

    The sixth part is all that follows the fifth colon; parts left out at the end are `*`. What is
    no pattern of an ARN, such as `*` alone, is matched as text.
    """
    wanted = _parts(pattern)
    if len(wanted) == 1:
        return like(value, pattern, lookup)
    given = value.split(":", _ARN_PARTS - 1)
    return len(given) == _ARN_PARTS and all(
        like(part, one, lookup) for part, one in zip(given, wanted, strict=True)
    )


def resolved(text: str, lookup: Lookup) -> str | None:
    """Return a text with the values of its variables, or nothing when one has no value."""
    if "${" not in text:
        return text
    values = [_value(found, lookup) for found in _PIECE.finditer(text)]
    return None if None in values else "".join(value for value in values if value is not None)


def _value(found: re.Match[str], lookup: Lookup) -> str | None:
    name = found["name"]
    if name is None:
        return found[0]
    if name in ("*", "?", "$"):
        return name
    value = lookup(name.strip())
    return found["default"] if value is None else value


def _expression(pattern: str, lookup: Lookup) -> str | None:
    pieces = []
    for found in _PIECE.finditer(pattern):
        if found["wild"]:
            pieces.append(_ANY[found["wild"]])
        elif (value := _value(found, lookup)) is None:
            return None
        else:
            pieces.append(re.escape(value))
    return "".join(pieces)


@lru_cache(maxsize=4096)
def _constant(pattern: str) -> str | None:
    return _expression(pattern, nothing)


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[str, ...]:
    parts: list[str] = []
    rest = pattern
    while len(parts) < _ARN_PARTS - 1:
        found = _PART.match(rest)
        end = found.end() if found else 0
        if end == len(rest):
            break
        parts.append(rest[:end])
        rest = rest[end + 1 :]
    parts.append(rest)
    missing = _ARN_PARTS - len(parts) if len(parts) > 1 else 0
    return (*parts, *["*"] * missing)
