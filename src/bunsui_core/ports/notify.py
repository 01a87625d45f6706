"""Telling people who do not look at a screen."""

from __future__ import annotations

from typing import Protocol

from bunsui_core.domain.notice import Notice


class Notifier(Protocol):
    """Somewhere a notice goes."""

    def tell(self, notice: Notice) -> None:
        """Take a notice and return at once; what cannot be delivered is logged, never raised."""
        ...

    def close(self) -> None:
        """Deliver what is waiting within a few seconds and take no more."""
        ...
