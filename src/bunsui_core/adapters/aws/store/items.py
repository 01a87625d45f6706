"""Items of the table as plain dictionaries, and the keys under which they stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar

from bunsui_core.domain.errors import StoreDamaged
from bunsui_core.domain.value import Value

Scalar: TypeAlias = str | int | bytes
Item: TypeAlias = dict[str, Scalar]
Key: TypeAlias = tuple[str, str]
"""Partition key and sort key."""

V = TypeVar("V", bound=Value)

BEHIND = "$"
"""Sorts right behind `#`: what is put after a moment, so that all of that moment is before it."""

META = "META"
"""The sort key of the one item of its partition that tells what the partition is about."""


def joined(*parts: str) -> str:
    """Return a key of several parts; no part can pretend to be two."""
    return "#".join(part.replace("%", "%25").replace("#", "%23") for part in parts)


def key_of(item: Item) -> Key:
    """Return the key of an item."""
    return text(item, "pk"), text(item, "sk")


def text(item: Item, name: str) -> str:
    """Return a text of an item, empty when it is not there or no text."""
    found = item.get(name, "")
    return found if isinstance(found, str) else ""


def number(item: Item, name: str) -> int:
    """Return a number of an item, 0 when it is not there or no number."""
    found = item.get(name, 0)
    return found if isinstance(found, int) else 0


def raw(item: Item, name: str) -> bytes:
    """Return bytes of an item, none when they are not there or something else."""
    found = item.get(name, b"")
    return found if isinstance(found, bytes) else b""


def moment(at: datetime) -> str:
    """Return a moment as text that sorts by time: UTC, six digits of a second."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def stored(kind: type[V], body: str, table: str) -> V:
    """Return the value that an item holds. Raises: StoreDamaged when it holds another thing."""
    try:
        return kind.model_validate_json(body)
    except ValueError as error:
        raise damaged(table, f"a {kind.__name__} in it does not read as one") from error


def damaged(table: str, why: str) -> StoreDamaged:
    """Return the error for what cannot be read as what it should be."""
    return StoreDamaged(
        f"the table {table} is damaged: {why}.",
        "Restore it to a moment before (point-in-time recovery), or import a copy.",
    )


def to_wire(item: Mapping[str, Scalar]) -> dict[str, Any]:
    """Return an item as DynamoDB writes it."""
    return {name: _typed(value) for name, value in item.items()}


def from_wire(item: Mapping[str, Mapping[str, Any]]) -> Item:
    """Return an item as it is read; an attribute of a type that bunsui never writes is left out."""
    found: Item = {}
    for name, typed in item.items():
        ((kind, value),) = typed.items()
        if kind == "N":
            found[name] = int(float(value)) if not _is_whole(value) else int(value)
        elif kind in ("S", "B"):
            found[name] = bytes(value) if kind == "B" else str(value)
    return found


def _is_whole(digits: str) -> bool:
    return digits.lstrip("-").isdigit()


def _typed(value: Scalar) -> dict[str, str | bytes]:
    if isinstance(value, bytes):
        return {"B": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}
