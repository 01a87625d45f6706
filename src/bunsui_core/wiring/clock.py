"""The clock of this machine."""

from __future__ import annotations

from datetime import UTC, datetime


def clock() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)
