"""The texts of values as attributes of items: compressed, and in S3 when they are long."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from bunsui_core.adapters.aws.store.items import Item, damaged, raw, text
from bunsui_core.adapters.aws.store.table import Table
from bunsui_core.domain.errors import NotFound
from bunsui_core.ports.store import Blobs

INLINE = 64 * 1024
"""Bytes up to which a text stands in its item; an item has at most 400 KB, keys and all."""

LONGEST = 256 * 1024 * 1024
"""Bytes to which a text is taken apart at most: an asker may have written it."""


@dataclass(frozen=True)
class Bodies:
    """Packs texts into items of a table, and long ones into blobs beside it."""

    table: Table
    blobs: Blobs

    def packed(self, body: str) -> Item:
        """Return the attributes that hold a text; a long one is stored before they are."""
        content = zlib.compress(body.encode())
        return {"body": content} if len(content) <= INLINE else {"blob": self.blobs.put(content)}

    def unpacked(self, item: Item) -> str:
        """Return the text that an item holds. Raises: StoreDamaged."""
        sha256 = text(item, "blob")
        try:
            content = self.blobs.get(sha256) if sha256 else raw(item, "body")
            return _inflated(content).decode()
        except (NotFound, zlib.error, ValueError) as error:
            raise damaged(
                self.table.name, f"the item {text(item, 'pk')} cannot be read: {error}"
            ) from error


def _inflated(content: bytes) -> bytes:
    reader = zlib.decompressobj()
    found = reader.decompress(content, LONGEST)
    if not reader.eof:
        raise ValueError("its text is cut short, or too long")
    return found
