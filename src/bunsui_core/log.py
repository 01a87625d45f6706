"""Events with keys, on stderr or in a file; never on stdout, never an input or a credential."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Lock
from typing import TextIO

import structlog


def to_stderr() -> None:
    """Send this process's events to stderr."""
    _configure(sys.stderr)


def to_file(path: Path) -> None:
    """Send this process's events to a file that only its owner can read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    _configure(path.open("a", encoding="utf-8", buffering=1))


def events(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of one part of the program."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return logger


def _configure(stream: TextIO) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )


class Troubles:
    """Logs a trouble once for as long as it lasts. Thread-safe."""

    def __init__(self, name: str) -> None:
        self._log = events(name)
        self._lock = Lock()
        self._lasting: dict[tuple[str, str], str] = {}

    def tell(self, event: str, subject: str, code: str, error: str) -> None:
        """Log a trouble, unless it was logged in the same words and is not over yet."""
        with self._lock:
            if self._lasting.get((event, subject)) == error:
                return
            self._lasting[event, subject] = error
        self._log.warning(event, subject=subject, code=code, error=error)

    def over(self, event: str, subject: str) -> None:
        """Forget a trouble, so that it is logged when it comes again."""
        with self._lock:
            self._lasting.pop((event, subject), None)
