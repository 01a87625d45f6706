"""The words by which sessions are found, the same in CLI, TUI and MCP.

`status:failed,running pipeline:orders age:<1d error:ValueError input:order_id=42 free text`; a text
with spaces stands in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import TypeAlias, TypeVar

from bunsui_core.domain.answer import FieldValue, SessionFilter
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.session import SessionStatus

Pair: TypeAlias = tuple[str, str]
"""A word's key and its value; free text has an empty key."""

T = TypeVar("T")

KEYS = ("status", "pipeline", "age", "after", "before", "name", "error", "input", "output")
"""What may stand before a colon."""

LONGEST = 1_000
"""Characters of a query that are read."""

_WORD = re.compile(r'(?:"[^"]*"|[^\s"])+')
_KEYED = re.compile(r"([A-Za-z_]+):(.*)", re.DOTALL)
_EXECUTION = re.compile(r"arn:aws[\w-]*:states:[^:]*:\d*:execution:[^:]+:([^:]+)")
_AGE = re.compile(r"([<>]?)(\d{1,5})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_OK = {"ok": SessionStatus.SUCCEEDED}
_HOW = "Write words like status:failed pipeline:orders age:<1d input:order_id=42, or a text."


def parse_query(text: str, now: datetime) -> SessionFilter:
    """Return the filter that a text says at a moment. Raises: BadInput with the nearest word."""
    if len(text) > LONGEST:
        raise BadInput(f"the query has {len(text):,} characters.", f"Use at most {LONGEST:,}.")
    if text.count('"') % 2:
        raise BadInput("a quotation mark is not closed.", 'Write words like error:"no such key".')
    return filter_of(map(pair, _WORD.findall(text)), now)


def filter_of(pairs: Iterable[Pair], now: datetime) -> SessionFilter:
    """Return the filter that keys and values say at a moment. Raises: BadInput."""
    given: dict[str, list[str]] = {}
    for key, value in pairs:
        if key and not value:
            raise BadInput(f"{key}: says nothing to look for.", _HOW)
        given.setdefault(key, []).append(value)
    since, until = _span(given.get("age", []), now)
    return SessionFilter(
        statuses=_unique(s for value in given.get("status", []) for s in _statuses(value)),
        pipeline=_once(given, "pipeline"),
        name=_name(_once(given, "name")),
        error=_once(given, "error"),
        words=tuple(_name(word) for word in given.get("", []) if word.strip()),
        after=max((*since, *_moments(given, "after")), default=None),
        before=min((*until, *_moments(given, "before")), default=None),
        inputs=_unique(_field("input", value) for value in given.get("input", [])),
        outputs=_unique(_field("output", value) for value in given.get("output", [])),
    )


def pair(word: str) -> Pair:
    """Return the key and the value that a word says. Raises: BadInput for a key nobody knows.

    Free text is also what is quoted, an ARN, a URI, a time, and an exception's name.
    """
    found = _KEYED.fullmatch(word)
    if found is None:
        return "", _bare(word)
    key, value = found[1].lower(), found[2]
    if key in KEYS:
        return key, _bare(value)
    if not value or value.startswith("//") or key == "arn" or not found[1][1:].islower():
        return "", _bare(word)
    near = get_close_matches(key, KEYS, n=1)
    raise BadInput(
        f"{found[1]}: is no word of a filter{f'; did you mean {near[0]}:' if near else ''}.",
        f'Known: {", ".join(KEYS)}. Write "{word.replace(chr(34), "")}" to look for that text.',
    )


def _bare(word: str) -> str:
    return word.replace('"', "")


def _name(word: str) -> str:
    """Return the name that an execution's ARN ends with, or the word as it is."""
    found = _EXECUTION.fullmatch(word.strip())
    return found[1] if found else word


def _once(given: dict[str, list[str]], key: str) -> str:
    values = given.get(key, [])
    if len(values) > 1:
        raise BadInput(f"{key}: stands {len(values)} times in the filter.", "Keep one of them.")
    return values[0] if values else ""


def _statuses(value: str) -> list[SessionStatus]:
    return [_status(name) for name in value.split(",") if name]


def _status(name: str) -> SessionStatus:
    known = {status.value.lower(): status for status in SessionStatus} | _OK
    if name.lower() not in known:
        near = get_close_matches(name.lower(), known, n=1)
        raise BadInput(
            f"no session has the status {name}{f'; did you mean {near[0]}' if near else ''}.",
            f"Known: {', '.join(known)}.",
        )
    return known[name.lower()]


def _span(ages: list[str], now: datetime) -> tuple[list[datetime], list[datetime]]:
    """Return the moments after which and before which a session of these ages was created."""
    since: list[datetime] = []
    until: list[datetime] = []
    for age in ages:
        found = _AGE.fullmatch(age.lower())
        if found is None:
            raise BadInput(
                f"the age {age} cannot be read.",
                "Write age:<1d for what is younger than a day, age:>2h for older; s m h d w.",
            )
        side = until if found[1] == ">" else since
        side.append(_before(now, timedelta(**{_UNITS[found[3]]: int(found[2])})))
    return since, until


def _before(now: datetime, span: timedelta) -> datetime:
    try:
        return now - span
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def _moments(given: dict[str, list[str]], key: str) -> list[datetime]:
    return [_moment(key, value) for value in given.get(key, [])]


def _moment(key: str, value: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput(
            f"{key}:{value} is no date or time.",
            f"Write {key}:2026-11-23 or {key}:2026-11-23T14:30, in UTC unless it names a zone.",
        ) from error


def _field(key: str, value: str) -> FieldValue:
    path, equals, wanted = value.partition("=")
    path = path.strip(".")
    if not path or (equals and not wanted):
        raise BadInput(
            f"{key}:{value} names no value.",
            f"Write {key}:order_id=42, {key}:order.id=4* or {key}:order_id for any value.",
        )
    return FieldValue(path=path, value=wanted if equals else "*")


def _unique(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
