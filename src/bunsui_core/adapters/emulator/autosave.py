"""The state of the embedded AWS is on disk half a second after it changed.

Executions are appended to their journal. The rest is written by a child that sees the state as it
was at one moment and has nobody else at work on it, so no request waits while it writes.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import select
import signal
import sys
import threading
import time
from contextlib import suppress

from ministack import app
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import restored

_log = logging.getLogger("bunsui.emulator")
_PAUSE_SECONDS = 0.5
# Saving takes at most this part of the time, however large the state has grown.
_SHARE = 0.2
_CHILD_SECONDS = 60.0
_RETRY_SECONDS = 5.0
_DIE_WITH_PARENT = 1  # Linux: PR_SET_PDEATHSIG


class Autosave:
    """Saves the state soon after each change, from a thread of its own."""

    def __init__(self) -> None:
        self._changed = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="autosave", daemon=True)

    def changed(self) -> None:
        """Ask for a save; cheap, and safe from any thread."""
        self._changed.set()

    def start(self) -> None:
        """Begin to save."""
        self._thread.start()

    def stop(self) -> None:
        """Save a last time and stop."""
        if not self._thread.is_alive():
            return
        self._stopped.set()
        self._changed.set()
        self._thread.join()
        save()

    def _run(self) -> None:
        pause = _PAUSE_SECONDS
        while True:
            self._changed.wait()
            if self._stopped.wait(pause):
                return
            self._changed.clear()
            began = time.monotonic()
            saved = save()
            if not saved:
                self._changed.set()
            spent = (time.monotonic() - began) / _SHARE
            pause = max(_PAUSE_SECONDS if saved else _RETRY_SECONDS, spent)


def save() -> bool:
    """Write everything that changed; tell whether all of it could be written."""
    journal = restored.journal()
    # Taken before the rest is, and written after it: no execution is kept without its machine.
    changes = journal.changes(sf._executions._data)
    said = _saved_by_a_child()
    try:
        journal.save(changes)
    except OSError as problem:
        said["executions"] = str(problem)
    _tell(said)
    return not said


def _tell(said: dict[str, str]) -> None:
    """Say once what could not be saved, for as long as that lasts."""
    if not said:
        if restored.troubles.pop("", ""):
            _log.warning("the state can be saved again")
        return
    name, problem = next(iter(said.items()))
    sentence = (
        f"The state of {', '.join(said)} cannot be saved ({name}: {problem}); what changed since "
        "is lost when the embedded AWS ends. Make room on the disk of this home."
    )
    if restored.troubles.get("") != sentence:
        restored.troubles[""] = sentence
        _log.error("%s", sentence)


def _saved_by_a_child() -> dict[str, str]:
    """Write the state of every service but executions; return what could not be, and why."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _save_and_exit(writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        text = _read(pipe.fileno())
    if text is None:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        said: dict[str, str] = json.loads(text or b"")
    except ValueError:
        return {"everything": "it could not be read in one moment"}
    return said


def _read(handle: int) -> bytes | None:
    """Return everything until the other side ends, or nothing when that takes too long."""
    text = b""
    deadline = time.monotonic() + _CHILD_SECONDS
    while select.select([handle], [], [], max(0.0, deadline - time.monotonic()))[0]:
        chunk = os.read(handle, 65536)
        if not chunk:
            return text
        text += chunk
    return None


def _save_and_exit(writer: int) -> None:
    """Be the child: write, report and end, without touching anything of the server's."""
    try:
        os.dup2(writer, 3)
        # Nobody may wait for a connection or a pipe because this process has a copy of it.
        os.closerange(4, os.sysconf("SC_OPEN_MAX"))
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        os.write(3, json.dumps(_written()).encode())
    finally:
        os._exit(0)


def _written() -> dict[str, str]:
    said = {}
    for name, get_state in app._build_persistence_save_dict().items():
        try:
            state = get_state()
            if state is not None:
                restored.write(name, state)
        except (OSError, TypeError, RuntimeError) as problem:
            said[name] = str(problem)
    return said
