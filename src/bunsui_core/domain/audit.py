"""The chained record of what was asked, decided and done."""

from __future__ import annotations

from bunsui_core.domain.canonical import canonical, digest
from bunsui_core.domain.value import Instant, Value

GENESIS = "0" * 64
"""The `prev` of the first entry."""


class AuditEntry(Value):
    """One link: `prev` is the digest of the entry before it."""

    seq: int
    at: Instant
    kind: str
    subject: str
    actor: str
    body_digest: str
    prev: str

    @property
    def digest(self) -> str:
        """The hex sha256 that the next entry carries as `prev`."""
        return digest("bunsui/audit/v1", canonical(self))
