"""Who may decide: the public half of each approver's key."""

from __future__ import annotations

from bunsui_core.domain.value import Instant, Value


class Approver(Value):
    """A human with a key. A demo approver counts in the embedded AWS only."""

    name: str
    key_id: str
    public_key: str
    is_demo: bool
    added_at: Instant
    revoked_at: Instant | None = None
