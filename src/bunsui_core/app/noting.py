"""How things stand, noted as they are seen or as they cannot be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.standing import Standing
from bunsui_core.domain.verdict import Subject

Reading = Callable[[], Iterator[Standing]]

NOT_LOOKED_AT = "is not looked at here"


class Noting:
    """Notes what is seen at one moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def read(self, subject: Subject, name: str, reading: Reading) -> list[Standing]:
        """Return what a reading yields, or why the thing cannot be seen."""
        try:
            return list(reading())
        except BunsuiError as error:
            return [self.unseen(subject, name, f"{name} cannot be seen: {error.message}")]

    def seen(
        self,
        subject: Subject,
        name: str,
        state: str,
        text: str,
        changed_at: datetime | None = None,
    ) -> Standing:
        """Return how a thing stands; its text names it."""
        return Standing(
            subject=subject,
            name=name,
            state=state,
            text=text,
            changed_at=changed_at,
            seen_at=self._now,
        )

    def unseen(self, subject: Subject, name: str, text: str) -> Standing:
        """Return that a thing is not seen, and why."""
        return Standing(subject=subject, name=name, text=text, seen_at=self._now, unseen=True)
