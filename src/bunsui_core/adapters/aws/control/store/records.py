"""A whole store in DynamoDB and S3, as lines: to export, and to fill.

A table knows no transaction over all of its items. While it is filled an item says so, and every
list says that nothing was ever read here; whoever fills it again begins anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from bunsui_core.adapters.aws.control.store.refilling import Refilling
from bunsui_core.adapters.aws.control.store.scanning import Found, found_in, is_of, kind_of
from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.items import Item, joined, key_of, text
from bunsui_core.domain.freshness import Blind
from bunsui_core.domain.moving import Kind, record_of
from bunsui_core.domain.store_template import SHOWN

_NEVER = "1970-01-01T00:00:00+00:00"
_HALF = Blind(
    since=None,
    why="an import into this store was not finished",
    next="Run the same `bunsui store import` again.",
)


class DynamoRecords:
    """`Records` in a table and a bucket. Not thread-safe.

    `own` packs what the worker remembers, `asked` what askers and approvers write.
    """

    def __init__(self, own: Bodies, asked: Bodies) -> None:
        self._own = own
        self._asked = asked
        self._table = own.table
        self._held: Found | None = None

    def counts(self) -> Mapping[Kind, int]:
        """Return how many records of each kind there are. Raises: Unavailable, StoreDamaged."""
        ours = self._held.items.values() if self._held else self._ours()
        found = Counter(kind for item in ours if (kind := kind_of(item)))
        return {kind: found[kind] for kind in Kind}

    def unfinished(self) -> str:
        """Return the digest of an export that was begun to be imported here and is not whole."""
        item = self._table.get(key_of(self._marker("")))
        return text(item, SHOWN) if item else ""

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read the table once for the block; what is written meanwhile may be in it or not."""
        before, self._held = self._held, self._found()
        try:
            yield
        finally:
            self._held = before

    def read(self, kind: Kind) -> Iterator[str]:
        """Give the records of a kind, decisions and audit in their order. Raises: StoreDamaged."""
        yield from (self._held or self._found()).lines(kind)

    @contextmanager
    def filling(self, digest: str) -> Iterator[None]:
        """Empty the store, and let the block write it; until that ends well it says so itself."""
        beat: Item = {
            "pk": self._watch,
            "sk": "BEAT",
            "at": _NEVER,
            "blind": _HALF.model_dump_json(),
        }
        marker = self._marker(digest)
        self._table.put_all([marker, beat])
        kept = {key_of(marker), key_of(beat)}
        self._table.delete([key for item in self._ours() if (key := key_of(item)) not in kept])
        yield
        self._table.delete(sorted(kept))

    def write(self, kind: Kind, lines: Iterable[str]) -> None:
        """Store records of a kind, within `filling`. Raises: StoreDamaged, Unavailable."""
        refilling = Refilling(self._own, self._asked)
        for line in lines:
            refilling.put(record_of(kind, line))

    def _ours(self) -> Iterator[Item]:
        return (item for item in self._table.every() if is_of(item, self._table.place))

    def _found(self) -> Found:
        return found_in(self._table.every(), self._table.place, self._own, self._asked)

    @property
    def _watch(self) -> str:
        return joined("WAT", *self._table.place)

    def _marker(self, digest: str) -> Item:
        return {"pk": self._watch, "sk": "IMPORTING", SHOWN: digest}
