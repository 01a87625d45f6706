"""A seat that one process at a time may have; it is free again when that process ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from threading import Lock


class LocalSeat:
    """`Seat` among the processes of this machine, kept by a lock on a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._held: int | None = None

    def take(self) -> bool:
        """Take the seat if nobody has it; whether it is taken by this process now."""
        with self._lock:
            if self._held is not None:
                return True
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return False
            self._held = descriptor
            return True

    def leave(self) -> None:
        """Leave the seat to another process."""
        with self._lock:
            if self._held is not None:
                os.close(self._held)
            self._held = None
