"""Values as columns: JSON documents, moments that sort as text, effects."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.failure import damaged
from bunsui_core.domain.approval import Effect, StepEffect
from bunsui_core.domain.value import Value

V = TypeVar("V", bound=Value)


def moment(at: datetime) -> str:
    """Return a moment as text that sorts by time: UTC, six digits of a second."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def stored(kind: type[V], body: str, path: Path) -> V:
    """Return the value that a column holds. Raises: StoreDamaged when it holds another thing."""
    try:
        return kind.model_validate_json(body)
    except ValueError as error:
        raise damaged(path, f"a {kind.__name__} in it does not read as one") from error


def find_effect(
    connection: sqlite3.Connection, store: StoreReader, request_id: str
) -> Effect | None:
    """Return the effect of a request with its steps, if it was ever claimed."""
    key = (*store.place, request_id)
    row = connection.execute(_EFFECT, key).fetchone()
    if row is None:
        return None
    state, executor, lease_until, claims, note, at = row
    steps = connection.execute(_STEPS, key).fetchall()
    return Effect(
        request_id=request_id,
        state=state,
        executor=executor,
        lease_until=datetime.fromisoformat(lease_until),
        claims=claims,
        note=note,
        at=datetime.fromisoformat(at),
        steps=tuple(stored(StepEffect, body, store.path) for (body,) in steps),
    )


_EFFECT = (
    "SELECT state, executor, lease_until, claims, note, at FROM effects"
    " WHERE account = ? AND region = ? AND request_id = ?"
)

_STEPS = (
    "SELECT body FROM effect_steps"
    " WHERE account = ? AND region = ? AND request_id = ? ORDER BY number"
)
