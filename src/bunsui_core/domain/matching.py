"""Whether a session is one that a search seeks, by its names, what it said and its values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bunsui_core.domain.answer import FieldValue, SessionFilter
from bunsui_core.domain.searchable import Held, Side, compared, folded, held_by, names_of, said_by
from bunsui_core.domain.session import Session
from bunsui_core.domain.value import Value


class Findable(Value):
    """What a session is found by; `is_whole` unless it has more values than are kept."""

    names: str
    said: str
    held: tuple[Held, ...]
    is_whole: bool = True


def findable(session: Session, before: str = "") -> Findable:
    """Return what a session is found by; what jobs said `before` a redrive is kept."""
    held, is_whole = held_by(session)
    said = said_by(session, before=before)
    return Findable(names=names_of(session), said=said, held=held, is_whole=is_whole)


def is_search(wanted: SessionFilter) -> bool:
    """Whether a filter asks for more than status, pipeline and time."""
    return bool(wanted.name or wanted.error or wanted.words or wanted.inputs or wanted.outputs)


def matches(wanted: SessionFilter, found: Findable) -> bool:
    """Whether names, words and values are those that a filter seeks."""
    texts = (
        folded(wanted.name) in found.names,
        folded(wanted.error) in found.said,
        *(_has_word(found, word) for word in wanted.words),
    )
    fields = [(Side.INPUT, one) for one in wanted.inputs]
    fields += [(Side.OUTPUT, one) for one in wanted.outputs]
    return all(texts) and all(_holds(found.held, side, field) for side, field in fields)


def _has_word(found: Findable, word: str) -> bool:
    part, whole = folded(word), compared(word)
    return part in found.names or part in found.said or any(h.text == whole for h in found.held)


def _holds(held: Sequence[Held], side: Side, field: FieldValue) -> bool:
    path = compared(field.path)
    key, pattern = path.rpartition(".")[2], _pattern(field.value)
    return any(
        one.side is side
        and one.key == key
        and (path == key or f".{one.path}".endswith(f".{path}"))
        and pattern.fullmatch(one.text)
        for one in held
    )


def _pattern(value: str) -> re.Pattern[str]:
    """Return a value in which `*` stands for anything; without one, its beginning is compared."""
    if "*" not in value:
        return re.compile(re.escape(compared(value)))
    parts = (re.escape(part) for part in folded(value).split("*"))
    return re.compile(".*".join(parts), re.DOTALL)
