"""Work in a thread of its own, beside the screens."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bunsui_core.domain.errors import BunsuiError
from bunsui_core.log import events
from bunsui_tui.needs import Work
from bunsui_tui.sentences import sentence_of


class Background:
    """The worker, or other work, in a thread of its own, from `start` to `stop`."""

    def __init__(
        self, make: Callable[[], Work], tell: Callable[[str], None], name: str = "the worker"
    ) -> None:
        self._make = make
        self._tell = tell
        self._name = name
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"bunsui {name}")
        self._log = events("tui")

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step under way."""
        self._stop.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end; whether it came within so many seconds."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._make().run(self._stop)
        except BunsuiError as error:
            self._tell(f"{self._name} ended: {sentence_of(error)}")
        except Exception:
            self._log.exception("worker_ended", which=self._name)
            self._tell(f"{self._name} ended; the log file says why. Quit and start again.")
