"""The count of wrong passphrases beside a key file, which outlives the process that counts."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from bunsui_core.adapters.local.failure import unusable
from bunsui_core.domain.errors import NotAuthorised, Unavailable
from bunsui_core.domain.throttling import (
    FREE,
    LATELY,
    UNREADABLE,
    Guessed,
    Moment,
    Tries,
    failed,
    in_words,
    restarted,
    seconds_left,
)

_MOST_BYTES = 4096
_MOST_KEYS = 100


class TriesFile:
    """How often a wrong passphrase was tried on one key, for all processes together."""

    def __init__(self, path: Path, moment: Callable[[], Moment]) -> None:
        self._path = path
        self._moment = moment

    def must_not_wait(self) -> None:
        """Look whether a passphrase may be tried now; nothing is counted.

        Raises: NotAuthorised, Unavailable.
        """
        if os.path.lexists(self._path):
            with self._locked() as file:
                self._waited(file)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Let one passphrase be tried, while no other process tries one.

        It counts as wrong from the beginning, so that killing the process saves no guess, and is
        forgotten when the block ends well. Raises: NotAuthorised while the key has to wait,
        Unavailable when nothing can be counted.
        """
        with self._locked() as file:
            now, tries = self._waited(file)
            self._write(file, failed(tries, now))
            try:
                yield
            except Unavailable:  # nothing was tried
                self._write(file, tries)
                raise
            self._write(file, Tries(failures=0, last=now))

    def failures(self) -> int:
        """Return how many wrong passphrases in a row were tried; none where none was counted."""
        return _seen(self._path, self._moment()).failures

    @contextmanager
    def _locked(self) -> Iterator[int]:
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            file = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise unusable(self._path, error) from error
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise NotAuthorised(f"{self._path} is not a file.", "Remove it.")
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)

    def _waited(self, file: int) -> tuple[Moment, Tries]:
        """Return the count, of which nothing has to wait. Raises: NotAuthorised."""
        now = self._moment()
        tries = restarted(self._read(file, now), now)
        if left := seconds_left(tries, now):
            self._write(file, tries)  # a wait that begins again shall come to its end
            raise _too_many(tries, left)
        return now, tries

    def _read(self, file: int, now: Moment) -> Tries:
        return _tries_of(os.pread(file, _MOST_BYTES, 0), now)

    def _write(self, file: int, tries: Tries) -> None:
        text = tries.model_dump_json().encode()
        try:
            os.pwrite(file, text, 0)
            os.ftruncate(file, len(text))
        except OSError as error:
            raise unusable(self._path, error) from error


def guessed(folder: Path, now: Moment) -> tuple[Guessed, ...]:
    """Return the keys of a folder that had to wait because of wrong passphrases lately."""
    since = now.at - LATELY
    found = ((path.stem, _seen(path, now)) for path in sorted(folder.glob("*.tries"))[:_MOST_KEYS])
    return tuple(
        Guessed(key_id=key_id, failures=tries.failures, at=min(tries.last.at, now.at))
        for key_id, tries in found
        if tries.failures >= FREE and tries.last.at >= since
    )


def _seen(path: Path, now: Moment) -> Tries:
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return Tries(failures=0, last=now)
    try:
        return _tries_of(os.pread(file, _MOST_BYTES, 0), now)
    except OSError:
        return Tries(failures=UNREADABLE, last=now)
    finally:
        os.close(file)


def _tries_of(text: bytes, now: Moment) -> Tries:
    if not text:
        return Tries(failures=0, last=now)
    try:
        return Tries.model_validate_json(text)
    except ValidationError:
        return Tries(failures=UNREADABLE, last=now)


def _too_many(tries: Tries, left: float) -> NotAuthorised:
    return NotAuthorised(
        f"{tries.failures} wrong passphrases in a row for this key.",
        f"Wait {in_words(left)}, then type it again.",
    )
