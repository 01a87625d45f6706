"""What was running when the embedded AWS died is closed, and its history says so."""

from __future__ import annotations

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor, history
from bunsui_core.adapters.emulator.patches.history import Document

_INTERRUPTED = "States.ServiceRestart"


def _close_history(execution: Document) -> None:
    events = execution["events"]
    assert isinstance(events, list)
    last = events[-1]
    if execution.get("error") != _INTERRUPTED or not isinstance(last, dict):
        return
    if last["type"] == "ExecutionFailed":
        return
    history.begin(execution, len(events))
    details: Document = {"error": execution["error"], "cause": execution["cause"]}
    sf._add_event(execution, "ExecutionFailed", {"executionFailedEventDetails": details})


def install() -> None:
    """Write ExecutionFailed into the history of each execution that a restart interrupted."""
    anchor.require(sf._restore_state, "b94c49c3dd97e93d")
    restore = sf._restore_state

    def restore_state(data: Document) -> None:
        restore(data)
        for execution in sf._executions.all_values():
            _close_history(execution)

    sf._restore_state = restore_state
