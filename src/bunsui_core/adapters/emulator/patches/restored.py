"""What is kept of the state, and what a restart makes of executions that were running."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ministack import app
from ministack.core import persistence, responses
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor, history
from bunsui_core.adapters.emulator.patches.history import Document

_INTERRUPTED = "States.ServiceRestart"
_SCOPED = (responses.AccountScopedDict, responses.AccountRegionScopedDict)

_ReadState = Callable[[], "dict[str, object] | None"]


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


def _unless_blank(name: str, get_state: _ReadState) -> _ReadState:
    """Return a reader that finds nothing to save in a service that holds nothing."""

    def read() -> dict[str, object] | None:
        state = get_state()
        # A service that was saved before must be saved again when it has become empty.
        was_saved = (Path(persistence.STATE_DIR) / f"{name}.json").exists()
        return state if was_saved or not _is_blank(state) else None

    return read


def _is_blank(state: object) -> bool:
    if isinstance(state, _SCOPED):
        return not state._data
    if isinstance(state, dict):
        return all(_is_blank(value) for value in state.values())
    return not state if isinstance(state, list | set | tuple) else True


def install() -> None:
    """Keep what is worth keeping, and close what a restart interrupted, as its history says."""
    anchor.require(app._build_persistence_save_dict, "9a6393cc953d2f67")
    build = app._build_persistence_save_dict
    app._build_persistence_save_dict = lambda: {
        name: _unless_blank(name, get_state) for name, get_state in build().items()
    }
    anchor.require(sf._restore_state, "b94c49c3dd97e93d")
    restore = sf._restore_state

    def restore_state(data: Document) -> None:
        restore(data)
        for execution in sf._executions.all_values():
            _close_history(execution)

    sf._restore_state = restore_state
