"""One private key that lies open in this process for some minutes, and in no other."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bunsui_core.domain.signing import Unlocked
from bunsui_core.domain.throttling import Moment, seconds_since


@dataclass(frozen=True)
class _Open:
    key: Ed25519PrivateKey = field(repr=False)
    whose: Unlocked
    since: Moment
    alarm: threading.Timer
    process: int


class Lock:
    """Holds at most one key, until its time is over on any of two clocks."""

    def __init__(self, moment: Callable[[], Moment], seconds: int) -> None:
        self._moment = moment
        self._seconds = seconds
        self._guard = threading.RLock()
        self._open: _Open | None = None

    def hold(self, key: Ed25519PrivateKey, approver: str, key_id: str) -> Unlocked:
        """Keep a key in place of the one before it, and return until when."""
        with self._guard:
            self.close()
            now = self._moment()
            until = now.at + timedelta(seconds=self._seconds)
            whose = Unlocked(approver=approver, key_id=key_id, until=until)
            # Nobody may ask again, and the key shall be gone all the same.
            alarm = threading.Timer(self._seconds, self._ring, (whose,))
            alarm.daemon = True
            self._open = _Open(key, whose, now, alarm, os.getpid())
            alarm.start()
            return whose

    def key(self, key_id: str) -> Ed25519PrivateKey | None:
        """Return the open key of that id, if its time is not over."""
        with self._guard:
            held = self._still_open()
            return held.key if held and held.whose.key_id == key_id else None

    def whose(self) -> Unlocked | None:
        """Return whose key is open, if one is."""
        with self._guard:
            held = self._still_open()
            return held.whose if held else None

    def close(self) -> None:
        """Drop the key at once; OpenSSL overwrites it as it is freed."""
        with self._guard:
            if self._open:
                self._open.alarm.cancel()
            self._open = None

    def _ring(self, whose: Unlocked) -> None:
        with self._guard:
            if self._open and self._open.whose is whose:
                self._open = None

    def _still_open(self) -> _Open | None:
        if self._open and not self._is_over(self._open):
            return self._open
        self.close()
        return None

    def _is_over(self, held: _Open) -> bool:
        """A clock that runs backwards ends it as well: it says nothing about the time left."""
        if held.process != os.getpid():
            return True  # this one was forked off
        now = self._moment()
        is_back = now.at < held.since.at
        is_late = now.at >= held.whose.until
        return is_back or is_late or seconds_since(held.since, now) >= self._seconds
