"""Events with keys, on stderr or in a file; never on stdout, never an input or a credential."""

from __future__ import annotations

import sys
from pathlib import Path
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
