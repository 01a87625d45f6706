"""How many children of a Map Run may fail before the run does."""

from __future__ import annotations

from dataclasses import dataclass

from bunsui_core.adapters.emulator.patches.states import history, map_items, outcome
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_PERCENTAGE, _COUNT = "ToleratedFailurePercentage", "ToleratedFailureCount"


@dataclass(frozen=True)
class Tolerance:
    """The limits that were given; without any, no failure is tolerated."""

    percentage: float | None = None
    count: int | None = None

    def is_exceeded(self, failed: int, total: int) -> bool:
        """Tell whether more have failed than either limit allows."""
        if self.percentage is None and self.count is None:
            return failed > 0
        by_count = self.count is not None and failed > self.count
        return by_count or (self.percentage is not None and failed * 100 > self.percentage * total)


def of(state: Document, data: Json, context: Document) -> Tolerance:
    """Return the limits of a state.

    Raises:
        outcome.Fatal: a limit is not a number, or out of its range.
    """
    percentage = _limit(state, _PERCENTAGE, "float", data, context)
    if percentage is not None and not 0 <= percentage <= 100:
        raise outcome.runtime(f"{_PERCENTAGE} must be between 0 and 100.")
    count = _limit(state, _COUNT, "integer", data, context)
    if count is not None and count < 0:
        raise outcome.runtime(f"{_COUNT} cannot be negative.")
    return Tolerance(percentage, None if count is None else int(count))


def _limit(state: Document, field: str, kind: str, data: Json, context: Document) -> float | None:
    value = map_items.number(state, field, data, context)
    if value is None and f"{field}Path" not in state:
        return None
    allowed = int if kind == "integer" else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        raise outcome.runtime(
            f"The {field}Path field refers to value {history.text(value)} which is not a valid "
            f"{kind}: {state.get(f'{field}Path')}"
        )
    return value
