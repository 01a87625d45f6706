"""What became of each of the requests that a human decided together."""

from __future__ import annotations

from bunsui_core.domain.approval import Approval
from bunsui_core.domain.value import Value


class Decided(Value):
    """One of several requests: how it stands once it is signed, or why it was left out."""

    request_id: str
    approval: Approval | None = None
    why_not: str = ""

    @property
    def is_signed(self) -> bool:
        """Whether the human's answer to it was recorded."""
        return self.approval is not None


class Together(Value):
    """Every request that was to be decided, in the order in which it was shown."""

    items: tuple[Decided, ...]

    @property
    def signed(self) -> tuple[Decided, ...]:
        """Those whose answer was recorded."""
        return tuple(one for one in self.items if one.is_signed)

    @property
    def left_out(self) -> tuple[Decided, ...]:
        """Those that were left out."""
        return tuple(one for one in self.items if not one.is_signed)
