"""A filter as conditions on the lines of the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bunsui_core.adapters.local.rows import moment
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.searchable import compared, folded
from bunsui_core.domain.session import ATTENTION


@dataclass(frozen=True)
class Condition:
    """SQL that is true of wanted lines, and its values."""

    sql: str
    values: tuple[str | int, ...]


def listed(place: tuple[str, str], wanted: SessionFilter) -> Condition:
    """Return what an index of the list decides: account, region, status, pipeline, time.

    The statuses are always named, for then an index serves the time as well.
    """
    named = wanted.model_copy(update={"statuses": wanted.statuses or ATTENTION})
    return every([here_only(place), *narrowed(named)])


def here_only(place: tuple[str, str]) -> Condition:
    """Return what holds for the lines of one account and region."""
    return Condition("account = ? AND region = ?", place)


def narrowed(wanted: SessionFilter) -> list[Condition]:
    """Return what status, pipeline and time decide among lines of this account and region."""
    parts = []
    if wanted.statuses:
        marks = ", ".join("?" * len(wanted.statuses))
        parts.append(Condition(f"status IN ({marks})", tuple(wanted.statuses)))
    if wanted.pipeline:
        parts.append(Condition("pipeline = ?", (wanted.pipeline,)))
    if wanted.after:
        parts.append(Condition("created_at >= ?", (moment(wanted.after),)))
    if wanted.before:
        parts.append(Condition("created_at < ?", (moment(wanted.before),)))
    return parts


def told(place: tuple[str, str], wanted: SessionFilter) -> list[Condition]:
    """Return what the texts of a line decide: its names, what its jobs said, free words."""
    parts = []
    if wanted.name:
        parts.append(like("names", wanted.name))
    if wanted.error:
        parts.append(like("said", wanted.error))
    for word in wanted.words:
        texts = [like(column, word) for column in ("names", "said")]
        held = Condition(f"number IN ({_HOLDING})", (*place, compared(word)))
        parts.append(_any([*texts, held]))
    return parts


def like(column: str, text: str) -> Condition:
    """Return what is true where a column has a text in it."""
    return Condition(f"{column} {_LIKE}", (f"%{_plain(text)}%",))


def like_pattern(column: str, pattern: str) -> Condition:
    """Return what is true where a column is like a pattern, in which `*` stands for anything."""
    return Condition(f"{column} {_LIKE}", (_plain(pattern).replace("*", "%"),))


def ended_by(column: str, path: str) -> Condition:
    """Return what is true where a column is a path or ends with one."""
    return Condition(f"({column} = ? OR {column} {_LIKE})", (path, f"%.{_plain(path)}"))


def every(parts: Sequence[Condition]) -> Condition:
    """Return the condition that holds where all of these do; without any, everywhere."""
    return _joined(" AND ", parts or [Condition("1", ())])


def _any(parts: Sequence[Condition]) -> Condition:
    one = _joined(" OR ", parts)
    return Condition(f"({one.sql})", one.values)


def _joined(word: str, parts: Sequence[Condition]) -> Condition:
    values = tuple(value for part in parts for value in part.values)
    return Condition(word.join(part.sql for part in parts), values)


def _plain(text: str) -> str:
    """Return a text in which nothing means more to LIKE than itself."""
    plain = folded(text)
    for special in "\\%_":
        plain = plain.replace(special, f"\\{special}")
    return plain


_LIKE = "LIKE ? ESCAPE '\\'"

_HOLDING = (
    "SELECT h.line FROM search_values v CROSS JOIN search_hits h ON h.value = v.number"
    " WHERE v.account = ? AND v.region = ? AND v.text = ?"
)
