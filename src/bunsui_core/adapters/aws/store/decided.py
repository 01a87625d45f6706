"""What was decided and done about a request, as its own items say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.items import Item, Key, joined, number, stored, text
from bunsui_core.adapters.aws.store.table import Ask, Table
from bunsui_core.domain.approval import Effect, EffectState, SignedDecision, StepEffect

STATE = "STATE"
_STEP = "STEP#"


def decisions_of(table: Table, request_id: str) -> str:
    """Return the partition of a request's decisions."""
    return joined("DEC", *table.place, request_id)


def effect_of(table: Table, request_id: str) -> str:
    """Return the partition of a request's effect."""
    return joined("EXE", *table.place, request_id)


def step_key(table: Table, request_id: str, step: int) -> Key:
    """Return the key of what was done for one step."""
    return effect_of(table, request_id), f"{_STEP}{step:04}"


def find_decisions(bodies: Bodies, request_id: str) -> tuple[SignedDecision, ...]:
    """Return the recorded decisions, oldest first."""
    table = bodies.table
    found = list(table.query(Ask(decisions_of(table, request_id))))
    found.sort(key=lambda item: (number(item, "position"), text(item, "sk")))
    return tuple(stored(SignedDecision, bodies.unpacked(item), table.name) for item in found)


def find_effect(table: Table, request_id: str) -> Effect | None:
    """Return the effect of a request with its steps, if it was ever claimed."""
    found = list(table.query(Ask(effect_of(table, request_id))))
    return effect_from(found, request_id, table.name) if found else None


def effect_from(items: Sequence[Item], request_id: str, table: str) -> Effect:
    """Return the effect that items of its partition hold, in their order. Raises: StoreDamaged."""
    state, *steps = items
    done = tuple(stored(StepEffect, text(item, "line"), table) for item in steps)
    return _effect(request_id, state, done)


def _effect(request_id: str, state: Item, steps: tuple[StepEffect, ...]) -> Effect:
    return Effect(
        request_id=request_id,
        state=EffectState(text(state, "state")),
        executor=text(state, "executor"),
        lease_until=datetime.fromisoformat(text(state, "lease_until")),
        claims=number(state, "claims"),
        note=text(state, "note"),
        at=datetime.fromisoformat(text(state, "at")),
        steps=steps,
    )
