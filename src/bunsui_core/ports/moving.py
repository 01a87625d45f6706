"""A whole store, to look into and to move. Nothing of this is reachable from an agent's process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from bunsui_core.domain.moving import Kind, Manifest


class Records(Protocol):
    """All that is stored of one account and region, as lines of JSON."""

    def counts(self) -> Mapping[Kind, int]:
        """Return how many records of each kind there are. Raises: Unavailable, StoreDamaged."""
        ...

    def unfinished(self) -> str:
        """Return the digest of an export that was begun to be imported here and is not whole."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all that is read in the block be of one moment, as far as the store can."""
        ...

    def read(self, kind: Kind) -> Iterator[str]:
        """Give the records of a kind, decisions and audit in their order. Raises: StoreDamaged."""
        ...

    def filling(self, digest: str) -> AbstractContextManager[None]:
        """Empty the store, and let the block write it; only its good end makes it whole again.

        Until then it is as it was, or nobody takes it for whole: it says so itself.
        """
        ...

    def write(self, kind: Kind, lines: Iterable[str]) -> None:
        """Store records of a kind, within `filling`. Raises: StoreDamaged, Unavailable."""
        ...


class Packing(Protocol):
    """An export while it is made; it has its name only when it is sealed."""

    def add(self, kind: Kind, lines: Iterable[str]) -> None:
        """Put all records of a kind into it. Raises: Unavailable."""
        ...

    def add_document(self, sha256: str, content: bytes) -> None:
        """Put an archived document into it. Raises: Unavailable."""
        ...

    def seal(self, manifest: Manifest) -> None:
        """Write what it holds, and give it its name. Raises: Conflict, Unavailable."""
        ...


class Bundle(Protocol):
    """An export to read."""

    def manifest(self) -> Manifest:
        """Return what it must hold. Raises: NotFound, StoreDamaged, StoreNewer."""
        ...

    def lines(self, kind: Kind) -> Iterator[str]:
        """Give the records of a kind. Raises: StoreDamaged."""
        ...

    def document(self, sha256: str) -> bytes:
        """Return an archived document, unchecked. Raises: StoreDamaged when it is missing."""
        ...
