"""Retry and Catch of a state: how often, how long after, and where a failure leads."""

from __future__ import annotations

import random
from collections.abc import Callable

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import fields, history, wait_state
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.states.strand import Strand
from bunsui_core.domain.value import Json

# Nobody waits longer than a minute for a retry here.
_LONGEST_SLEEP = 60.0


def attempt_until_done(
    state: Document,
    data: Json,
    strand: Strand,
    context: Document,
    attempt: Callable[[], Json],
) -> tuple[Json, str | None]:
    """Run the attempts of a state; return its output, or what a catcher makes of its failure."""
    place = context["State"]
    assert isinstance(place, dict)
    counts: dict[int, int] = {}
    while True:
        place["RetryCount"] = sum(counts.values())
        try:
            output = attempt()
        except sf._ExecutionError as failure:
            if is_retried(state, failure.error, counts):
                continue
            return _failed(state, data, strand, context, failure)
        following: str | None = sf._next_or_end(state)
        return output, following


def _failed(
    state: Document,
    data: Json,
    strand: Strand,
    context: Document,
    failure: sf._ExecutionError,
) -> tuple[Json, str | None]:
    before, event = strand.last_event, f"{state['Type']}StateFailed"
    history.add_event(strand.execution, event)
    after, strand.has_failed = strand.last_event, True
    try:
        # An expression of the catcher that fails follows what came before, and fails it again.
        strand.last_event = before
        leads = caught(state, data, context, failure)
    except sf._ExecutionError as again:
        if again is failure:
            strand.last_event = after
        else:
            history.add_event(strand.execution, event)
        raise
    strand.last_event = after
    return leads


def is_retried(state: Document, error: str | None, counts: dict[int, int]) -> bool:
    """Tell whether a retrier takes an error, and pause as it says."""
    retrier, index = sf._find_matching_retrier(state.get("Retry", []), error, counts)
    if retrier is None:
        return False
    count = counts.get(index, 0)
    counts[index] = count + 1
    wait_state.pause(seconds_before(retrier, count))
    return True


def seconds_before(retrier: Document, count: int) -> float:
    """Return how long a retrier waits before its next attempt, after so many before."""
    rate = _number(retrier, "BackoffRate", 2)
    longest = min(_number(retrier, "MaxDelaySeconds", _LONGEST_SLEEP), _LONGEST_SLEEP)
    seconds = min(_number(retrier, "IntervalSeconds", 1), longest)
    for _ in range(count):
        seconds = min(seconds * rate, longest)
    full = retrier.get("JitterStrategy") == "FULL"
    return random.uniform(0, seconds) if full else seconds


def _number(retrier: Document, name: str, otherwise: float) -> float:
    value = retrier.get(name, otherwise)
    return value if isinstance(value, int | float) else otherwise


def caught(
    state: Document, data: Json, context: Document, failure: sf._ExecutionError
) -> tuple[Json, str | None]:
    """Return what a catcher makes of a failure and where it leads, or raise the failure."""
    catcher = sf._find_matching_catcher(state.get("Catch", []), failure.error)
    if catcher is None:
        raise failure
    document: Document = {"Error": failure.error, "Cause": failure.cause}
    return fields.caught(state, catcher, data, context, document), str(catcher["Next"])
