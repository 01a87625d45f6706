"""Sessions in the table, one item each: whoever reads one never sees half of two versions."""

from __future__ import annotations

from itertools import islice
from threading import Lock

from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.items import META, Item, number, stored, text
from bunsui_core.adapters.aws.store.keyed import Keyed
from bunsui_core.adapters.aws.store.lines import line_of, recounted, session_key
from bunsui_core.adapters.aws.store.listing import list_sessions, open_sessions, placed, window
from bunsui_core.adapters.aws.store.searching import FOUND_BY, packed, unpacked
from bunsui_core.adapters.aws.store.table import Table, Write
from bunsui_core.domain.answer import Placed, SessionFilter, SessionPage
from bunsui_core.domain.errors import Conflict, NotFound
from bunsui_core.domain.matching import findable
from bunsui_core.domain.session import Session

REMEMBERED = 2_000
"""Sessions whose stored line this process remembers, so that a save need not read it first."""


class DynamoSessions:
    """`Sessions` in the table."""

    def __init__(self, table: Table, bodies: Bodies) -> None:
        self._table = table
        self._bodies = bodies
        self._keyed = Keyed(table)
        self._lines: dict[str, Item] = {}
        self._lock = Lock()

    def save(self, session: Session) -> Session:
        """Store a session over the version before it and return it with its new version.

        Raises: Conflict when another writer stored that version first.
        """
        old = self._known(session)
        new = session.model_copy(update={"version": session.version + 1})
        item = self.item_of(new, text(old, "said") if old else "")
        condition = "#version = :before" if old else "attribute_not_exists(#pk)"
        before = {"before": session.version} if old else {}
        written = Write(item, condition, before)
        if self._table.transact(written, *recounted(self._table, old, item)):
            raise _conflict(session.id)
        self._remember(new.id, item)
        self._keyed.learn(new)
        return new

    def get(self, session_id: str) -> Session:
        """Return a session. Raises: NotFound."""
        item = self._table.get((session_key(self._table, session_id), META))
        if item is None:
            raise NotFound(
                f"there is no session {session_id}.",
                "List the sessions and choose one.",
                "sessions",
            )
        self._remember(session_id, item)
        return stored(Session, self._bodies.unpacked(item), self._table.name)

    def page(self, wanted: SessionFilter, limit: int, cursor: str) -> SessionPage:
        """Return one page. Raises: BadInput for a cursor that does not fit the filter."""
        return list_sessions(self._table, wanted, limit, cursor)

    def window(self, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
        """Return lines in order of attention. Raises: BadInput for a window that cannot be."""
        return window(self._table, wanted, offset, limit)

    def place(self, wanted: SessionFilter, session_id: str) -> Placed | None:
        """Return where a session stands in order of attention, if it is wanted."""
        return placed(self._table, wanted, session_id)

    def open_ids(self) -> tuple[str, ...]:
        """Return the ids of all sessions that are not over, oldest first."""
        return open_sessions(self._table)

    def _known(self, session: Session) -> Item | None:
        """Return what is stored of the version before. Raises: Conflict when it is another one."""
        if not session.version:
            return None
        known = self._lines.get(session.id)
        if known is None or known["version"] != session.version:
            key = session_key(self._table, session.id), META
            only = ("version", "status", "pipeline", FOUND_BY)
            found = self._table.many([key], only).get(key)
            if found is None or number(found, "version") != session.version:
                raise _conflict(session.id)
            known = _line(found)
        return known

    def item_of(self, session: Session, said: str) -> Item:
        """Return the item that holds a session, with what its jobs said before."""
        return {
            "pk": session_key(self._table, session.id),
            "sk": META,
            "version": session.version,
            **line_of(self._table, session),
            FOUND_BY: packed(findable(session, said)),
            **self._bodies.packed(session.model_dump_json()),
        }

    def _remember(self, session_id: str, item: Item) -> None:
        with self._lock:
            self._lines.pop(session_id, None)
            self._lines[session_id] = _line(item)
            for old in list(islice(self._lines, max(0, len(self._lines) - REMEMBERED))):
                del self._lines[old]


def _line(item: Item) -> Item:
    found = unpacked(item)
    kept = {name: item[name] for name in ("version", "status", "pipeline")}
    return {**kept, "said": found.said if found else ""}


def _conflict(session_id: str) -> Conflict:
    return Conflict(
        f"session {session_id} was changed by another writer since it was read.",
        "Read it again and decide again.",
    )
