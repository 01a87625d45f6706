"""The chained record of what was asked, decided and done."""

from __future__ import annotations

import json
from typing import Literal, NamedTuple

from bunsui_core.domain.canonical import digest
from bunsui_core.domain.plan import Place
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
        return digest("bunsui/audit/v1", _canonical(self))


class AuditRow(NamedTuple):
    """A place in a stored record, and the text that stands there, which may be anything."""

    seq: int
    text: str

    @property
    def entry(self) -> AuditEntry | None:
        """The entry that the text holds; nothing when it holds none."""
        try:
            return AuditEntry.model_validate_json(self.text)
        except ValueError:
            return None


class Anchor(Value):
    """A place in a record and the digest that stood there, kept somewhere else."""

    version: Literal[1] = 1
    place: Place
    seq: int
    digest: str
    at: Instant


def _canonical(entry: AuditEntry) -> bytes:
    """Return the RFC 8785 bytes: of texts and one small number, plain JSON with sorted keys."""
    document = entry.model_dump(mode="json")
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
