"""The state of the embedded AWS is on disk half a second after it changed."""

from __future__ import annotations

import logging
import threading
import time

from ministack import app
from ministack.core import persistence

_log = logging.getLogger("bunsui.emulator")
_PAUSE_SECONDS = 0.5
# Saving takes at most this part of the time, however large the state has grown.
_SHARE = 0.1


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
        """Stop saving; a save under way is finished first."""
        self._stopped.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        pause = _PAUSE_SECONDS
        while True:
            self._changed.wait()
            if self._stopped.wait(pause):
                return
            self._changed.clear()
            began = time.monotonic()
            if not save():
                self._changed.set()
            pause = max(_PAUSE_SECONDS, (time.monotonic() - began) / _SHARE)


def save() -> bool:
    """Write the state of every service; tell whether all of it could be read."""
    complete = True
    for name, get_state in app._build_persistence_save_dict().items():
        try:
            state = get_state()
        except RuntimeError as error:
            # A service changed while it was copied: the next save will get it.
            _log.debug("%s could not be saved now: %s", name, error)
            complete = False
            continue
        if state is not None:
            persistence.save_state(name, state)
    return complete
