"""What is kept of the state, and what a start makes of it.

Executions are kept one by one, in a journal; every other service in a file of its own. A file that
cannot be read is put aside and said. An execution that was running when the server ended is closed
as FAILED with `States.ServiceRestart`, in its history too; it can be redriven.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from ministack import app
from ministack.core import persistence, responses
from ministack.services import lambda_svc
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.journal import Journal
from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import history
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.record import EXECUTIONS

_log = logging.getLogger("bunsui.emulator")
_INTERRUPTED = "States.ServiceRestart"
_SCOPED = (responses.AccountScopedDict, responses.AccountRegionScopedDict)

_ReadState = Callable[[], "dict[str, object] | None"]

troubles: dict[str, str] = {}
"""What is wrong with what is kept, a sentence for each file."""


def journal() -> Journal:
    """Return the journal of executions."""
    return _journals[persistence.STATE_DIR]


_journals: dict[str, Journal] = {}
_after: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
_MACHINES = (
    "state_machines",
    "tags",
    "activities",
    "state_machine_versions",
    "state_machine_aliases",
    "map_runs",
)


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


def write(service: str, state: Mapping[str, object]) -> None:
    """Keep the state of a service, whole or not at all. Raises: OSError."""
    path = Path(persistence.STATE_DIR) / f"{service}.json"
    version = persistence._state_format_version(service)
    text = json.dumps(
        {"__ministack_format__": version, "payload": state}, default=persistence._json_default
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    while _after[service]:
        _after[service].pop()()


def load() -> None:
    """Take back what was kept, service by service; what cannot be read is put aside and said."""
    for service, module in app._state_map.items():
        path = Path(persistence.STATE_DIR) / f"{service}.json"
        for draft in path.parent.glob(f".{path.name}*"):
            draft.unlink()
        if not path.exists():
            continue
        try:
            state = json.loads(path.read_bytes(), object_hook=persistence._json_object_hook)
            if state["__ministack_format__"] > persistence._state_format_version(service):
                raise ValueError("a newer MiniStack wrote it")
            app._get_module(module).load_persisted_state(state["payload"])
        except Exception as problem:  # noqa: BLE001 whatever is in the file, the others are good
            _put_aside(path, str(problem))
    _load_executions()


def _load_executions() -> None:
    kept = journal()
    found, unreadable = kept.load()
    if unreadable:
        _put_aside(kept.path, f"{unreadable} of its lines are not readable", copied=True)
    executions = responses.AccountRegionScopedDict()
    executions._data.update(found)
    sf._restore_state({"executions": executions})
    try:
        kept.rewrite(sf._executions._data)
    except OSError as problem:
        # Everything in it is good; the next save tries to write what is new.
        _log.error("%s could not be written anew: %s", kept.path, problem)


def _put_aside(path: Path, problem: str, copied: bool = False) -> None:
    aside = path.parent / "damaged" / f"{time.time_ns()}-{path.name}"
    aside.parent.mkdir(mode=0o700, exist_ok=True)
    if copied:
        aside.write_bytes(path.read_bytes())
    else:
        path.replace(aside)
    troubles[path.name] = (
        f"The saved state {path.name} is damaged ({problem}); it was put aside as {aside}."
    )
    _log.error("%s", troubles[path.name])


def install() -> None:
    """Keep what is worth keeping, and close what a restart interrupted, as its history says."""
    anchor.require(app._build_persistence_save_dict, "9a6393cc953d2f67")
    anchor.require(app._load_persisted_state, "03de3b870e8f811f")
    anchor.require(persistence.save_all, "ea253a04fd05447b")
    anchor.require(sf.get_state, "7d1a3261edd65c33")
    anchor.require(lambda_svc._prune_orphan_code_blobs, "9663ac4e986d1673")
    anchor.require(sf._restore_state, "b94c49c3dd97e93d")
    build, restore = app._build_persistence_save_dict, sf._restore_state
    prune = lambda_svc._prune_orphan_code_blobs
    place = Path(persistence.STATE_DIR)
    _journals[str(place)] = Journal(place / EXECUTIONS, persistence._json_default)

    def restore_state(data: Document) -> None:
        restore(data)
        for execution in sf._executions.all_values():
            _close_history(execution)

    app._build_persistence_save_dict = lambda: {
        name: _unless_blank(name, read) for name, read in build().items()
    }
    app._load_persisted_state = load
    # The end of the server saves as every other moment does.
    app.save_all = lambda services: None
    sf.get_state = lambda: {name: getattr(sf, f"_{name}") for name in _MACHINES}
    # Code that nothing names is removed when what names the new code is on disk, not before.
    lambda_svc._prune_orphan_code_blobs = lambda referenced: _after["lambda"].append(
        partial(prune, set(referenced))
    )
    sf._restore_state = restore_state
