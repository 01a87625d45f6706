"""Retry and Catch of a state that records one start an attempt: Parallel and Map."""

from __future__ import annotations

from collections.abc import Callable

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import history
from bunsui_core.adapters.emulator.patches.history import Document
from bunsui_core.adapters.emulator.patches.strand import Strand
from bunsui_core.domain.value import Json

_LONGEST_SLEEP_SECONDS = 60


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
            history.add_event(strand.execution, f"{state['Type']}StateFailed")
            strand.entered = None
            return caught(state, data, context, failure)
        following: str | None = sf._next_or_end(state)
        return output, following


def is_retried(state: Document, error: str | None, counts: dict[int, int]) -> bool:
    """Tell whether a retrier takes an error, and pause as it says."""
    retrier, index = sf._find_matching_retrier(state.get("Retry", []), error, counts)
    if retrier is None:
        return False
    count = counts.get(index, 0)
    counts[index] = count + 1
    pause = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** count
    longest = min(retrier.get("MaxDelaySeconds", _LONGEST_SLEEP_SECONDS), _LONGEST_SLEEP_SECONDS)
    sf._scaled_sleep(min(pause, longest))
    return True


def caught(
    state: Document, data: Json, context: Document, failure: sf._ExecutionError
) -> tuple[Json, str | None]:
    """Return what a catcher makes of a failure and where it leads, or raise the failure."""
    catcher = sf._find_matching_catcher(state.get("Catch", []), failure.error)
    if catcher is None:
        raise failure
    language = sf._state_query_language(state, context)
    document = {"Error": failure.error, "Cause": failure.cause}
    output: Json = sf._apply_catcher(catcher, data, context, language, document)
    return output, str(catcher["Next"])
