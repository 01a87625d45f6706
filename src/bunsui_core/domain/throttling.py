"""How long a key waits after wrong passphrases, whatever is done to the clock meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from bunsui_core.domain.value import Instant, Value

FREE = 3
"""Wrong passphrases in a row after which the next one has to wait."""

FIRST_WAIT = 5
"""Seconds of the first wait; each further wrong passphrase doubles it."""

LONGEST_WAIT = 3600
"""Seconds of the longest wait: at most 24 guesses a day."""

LATELY = timedelta(days=7)
"""How long ago a wrong passphrase may be to be told of."""

LEVELS = 4096
"""Of so many wrong passphrases and of more the record says the same."""

UNREADABLE = 8
"""How many wrong passphrases a damaged count stands for: no fresh start, and no lasting lock."""


class Moment(Value):
    """A moment on two clocks: the wall's, and seconds since this boot, sleep included.

    `boot` names the boot, empty where the machine does not tell.
    """

    at: Instant
    ticks: float
    boot: str


class Tries(Value):
    """How many wrong passphrases in a row a key has seen, and when the last one was."""

    failures: Annotated[int, Field(ge=0)]
    last: Moment

    @property
    def pause(self) -> int:
        """How many seconds the next passphrase waits after the last one."""
        if self.failures < FREE:
            return 0
        return min(LONGEST_WAIT, FIRST_WAIT << min(self.failures - FREE, 20))


class Guessed(Value):
    """A key that had to wait because of wrong passphrases, and since when the last one is."""

    key_id: str
    failures: int
    at: Instant

    @property
    def told(self) -> str:
        """What the record says: the day, and how many in a row, no finer than it has to be.

        One key gives a record a dozen entries a day at most, whatever is written beside it.
        """
        level = 1 << min(self.failures, LEVELS).bit_length() - 1
        return f"{self.key_id} {self.at:%Y-%m-%d} {level} or more"


def seconds_left(tries: Tries, now: Moment) -> float:
    """Return how long the next passphrase has to wait.

    Within one boot the seconds since then count, which nobody can set. After a clock was set
    back the whole pause begins again.
    """
    passed = seconds_since(tries.last, now)
    return tries.pause if passed < 0 else max(0.0, tries.pause - passed)


def seconds_since(then: Moment, now: Moment) -> float:
    """Return the seconds between two moments, by the clock that can be trusted for them."""
    if then.boot and then.boot == now.boot:
        return now.ticks - then.ticks
    return (now.at - then.at).total_seconds()


def failed(tries: Tries, now: Moment) -> Tries:
    """Return the count with one more wrong passphrase."""
    return Tries(failures=tries.failures + 1, last=now)


def restarted(tries: Tries, now: Moment) -> Tries:
    """Return the count as it stands after a clock that was set back: the pause begins now."""
    return tries.model_copy(update={"last": now}) if seconds_since(tries.last, now) < 0 else tries


def in_words(seconds: float) -> str:
    """Return a wait as a person reads it, never shorter than it is."""
    whole = int(-(-seconds // 1))
    minutes, rest = divmod(whole, 60)
    parts = [_many(minutes, "minute")] if minutes else []
    if rest or not minutes:
        parts.append(_many(rest, "second"))
    return " ".join(parts)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
