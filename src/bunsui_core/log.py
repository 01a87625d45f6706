"""Events with keys, on stderr or in a file; never on stdout, never an input or a credential."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger


class Events:
    """The logger of one part of the program.

    structlog takes longer to import than a list of sessions takes to appear; so the first event
    does that.
    """

    def __init__(self, part: str) -> None:
        self._part = part

    def info(self, event: str, **keys: object) -> None:
        """Log what happened."""
        _logger(self._part).info(event, **keys)

    def warning(self, event: str, **keys: object) -> None:
        """Log what went wrong and does not stop anything."""
        _logger(self._part).warning(event, **keys)

    def error(self, event: str, **keys: object) -> None:
        """Log what went wrong."""
        _logger(self._part).error(event, **keys)

    def exception(self, event: str, **keys: object) -> None:
        """Log what went wrong with the error that is being handled."""
        _logger(self._part).exception(event, **keys)

    def log(self, level: int, event: str, **keys: object) -> None:
        """Log at a level of the standard library."""
        _logger(self._part).log(level, event, **keys)


_pending: list[TextIO] = []
_pending_lock = Lock()


def to_stderr() -> None:
    """Send this process's events to stderr."""
    _send_to(sys.stderr)


def to_file(path: Path) -> None:
    """Send this process's events to a file that only its owner can read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    _send_to(path.open("a", encoding="utf-8", buffering=1))


def events(name: str) -> Events:
    """Return the logger of one part of the program."""
    return Events(name)


def _send_to(stream: TextIO) -> None:
    with _pending_lock:
        _pending[:] = [stream]


def _logger(part: str) -> FilteringBoundLogger:
    import structlog

    with _pending_lock:
        while _pending:
            _configure(_pending.pop())
    logger: FilteringBoundLogger = structlog.get_logger(part=part)
    return logger


def _configure(stream: TextIO) -> None:
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(_json),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )


def _json(event: object, default: Callable[[object], object]) -> str:
    """Return an event as JSON in which nothing of outside acts on the terminal that shows it."""
    text = json.dumps(event, default=default, ensure_ascii=False)
    if text.isascii():
        return text  # JSON itself escapes C0; DEL does nothing
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


UNAVAILABLE = "unavailable"
"""The code of what does not answer now and may in a moment."""


class Troubles:
    """Logs a trouble once for as long as it lasts. Thread-safe."""

    def __init__(self, name: str) -> None:
        self._log = events(name)
        self._lock = Lock()
        self._lasting: dict[tuple[str, str], str] = {}

    def tell(self, event: str, subject: str, code: str, error: str) -> None:
        """Log a trouble, unless it was logged in the same words and is not over yet.

        What is not available is one trouble in whatever words: each names what was asked last.
        """
        if self._is_new(event, subject, code if code == UNAVAILABLE else error):
            self._log.warning(event, subject=subject, code=code, error=error)

    def broken(self, event: str, subject: str, error: Exception) -> None:
        """Log a fault of the program itself with where it happened, once as long as it lasts."""
        if self._is_new(event, subject, repr(error)):
            self._log.error(event, subject=subject, exc_info=error)

    def over(self, event: str, subject: str, again: str = "") -> None:
        """Forget a trouble, so that it is logged when it comes again; log `again` if it was one."""
        with self._lock:
            lasted = self._lasting.pop((event, subject), None)
        if lasted is not None and again:
            self._log.info(again, subject=subject)

    def _is_new(self, event: str, subject: str, words: str) -> bool:
        with self._lock:
            if self._lasting.get((event, subject)) == words:
                return False
            self._lasting[event, subject] = words
            return True
