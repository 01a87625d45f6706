"""Requests in the table, each under its asker's name, and what was decided and done about them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.decided import find_decisions, find_effect
from bunsui_core.adapters.aws.store.items import Item, Key, joined, moment, text
from bunsui_core.adapters.aws.store.table import Ask, Table
from bunsui_core.domain.approval import Effect, Request, SignedDecision, Withdrawal
from bunsui_core.domain.asked_text import request_from
from bunsui_core.domain.errors import Conflict, NotFound, StoreDamaged
from bunsui_core.domain.fair import Asked, looked_at, window

ASKED, WITHDRAWN = "REQUEST", "WITHDRAWN"


class DynamoRequests:
    """`Requests` in the table: an asker may write under the leading key that has its own name.

    What stands there is not believed: an item counts only as the request of the id and of the
    asker that its key names, and an id under which two askers wrote is nobody's.
    """

    def __init__(self, table: Table, bodies: Bodies) -> None:
        self._table = table
        self._bodies = bodies

    def submit(self, request: Request) -> Request:
        """Store a request once; the same id again returns the stored one.

        Raises: Conflict when the id is taken by another plan or asker.
        """
        known = self._find(request.id)
        if known is None and self._table.put(self._item(request), "attribute_not_exists(#pk)"):
            return request
        return _same(known or self._own(request), request)

    def withdraw(self, withdrawal: Withdrawal) -> Request:
        """Record once that a request was taken back, and return the request. Raises: NotFound."""
        asked = self.get(withdrawal.request_id)
        item: Item = {
            "pk": self._partition(asked.plan.requester, asked.id),
            "sk": WITHDRAWN,
            "line": withdrawal.model_dump_json(),
        }
        self._table.put(item, "attribute_not_exists(#pk)")
        return self.get(asked.id)

    def get(self, request_id: str) -> Request:
        """Return a request, with its withdrawal if its asker took it back. Raises: NotFound."""
        request = self._find(request_id)
        if request is None:
            raise NotFound(
                f"there is no request {request_id}.", "List them and choose one.", "approvals"
            )
        return request

    def newest(
        self, limit: int, about: str = "", now: datetime | None = None
    ) -> tuple[Request, ...]:
        """Return the newest requests, newest first; what an asker wrote that is none is left out.

        With `now`, none claims a later time, and nobody's are hidden by how many another asked.
        When a session is named, only those are read whose text has its id somewhere.
        """
        if now:
            found = looked_at(self._asked, limit, window(now, moment))
        else:
            found = tuple(one.key for one in self._asked("", limit))
        part = json.dumps(about, ensure_ascii=False)[1:-1]
        partitions = list(dict.fromkeys(found))
        return tuple(request for request in self._read(partitions, part) if request)

    def _asked(self, until: str, most: int) -> Sequence[Asked]:
        inbox = Ask(
            joined("REQ", *self._table.place), "one", end=until, newest_first=True, limit=most
        )
        return [
            Asked(text(item, "sk1"), _asker(text(item, "pk")), text(item, "pk"))
            for item in self._table.query(inbox)
        ]

    def decisions(self, request_id: str) -> tuple[SignedDecision, ...]:
        """Return the recorded decisions, oldest first."""
        return find_decisions(self._bodies, request_id)

    def effect(self, request_id: str) -> Effect | None:
        """Return what the executor did, if it began."""
        return find_effect(self._table, request_id)

    def _find(self, request_id: str) -> Request | None:
        """Return the request of an id; the index only tells where to look."""
        index = Ask(joined("REQ", *self._table.place, request_id), "two")
        partitions = [text(item, "pk") for item in self._table.query(index)]
        found = [one for one in self._read(partitions, "") if one and one.id == request_id]
        if len(found) > 1:
            askers = " and ".join(sorted(one.plan.requester for one in found))
            raise Conflict(f"{askers} both wrote under the id {request_id}.", "Ask anew.")
        return found[0] if found else None

    def _own(self, request: Request) -> Request:
        """Return what its asker wrote before under the id, which the index may not know yet."""
        (found,) = self._read([self._partition(request.plan.requester, request.id)], "")
        if found is None:
            raise Conflict(f"what stands under {request.id} is no request.", "Propose again.")
        return found

    def _read(self, partitions: list[str], part: str) -> Iterable[Request | None]:
        keys: list[Key] = [(pk, sk) for pk in partitions for sk in (ASKED, WITHDRAWN)]
        found = self._table.many(keys)
        for pk in partitions:
            asked = found.get((pk, ASKED))
            yield self._readable(asked, found.get((pk, WITHDRAWN)), part) if asked else None

    def _readable(self, asked: Item, taken: Item | None, part: str) -> Request | None:
        """Read what an asker's process wrote; nothing when it is not a request of its key."""
        try:
            body = self._bodies.unpacked(asked)
        except (ValueError, StoreDamaged):
            return None
        if (request := request_from(body)) is None:
            return None
        is_here = text(asked, "pk") == self._partition(request.plan.requester, request.id)
        if part not in body or not is_here:
            return None
        return request.model_copy(update={"withdrawn": _withdrawal(request, taken)})

    def _item(self, request: Request) -> Item:
        plan, place = request.plan, self._table.place
        return {
            "pk": self._partition(plan.requester, request.id),
            "sk": ASKED,
            "pk1": joined("REQ", *place),
            "sk1": joined(moment(plan.created_at), request.id),
            "pk2": joined("REQ", *place, request.id),
            "sk2": plan.requester,
            **self._bodies.packed(request.model_dump_json()),
        }

    def _partition(self, requester: str, request_id: str) -> str:
        return joined("REQ", requester, *self._table.place, request_id)


def _asker(partition: str) -> str:
    """Who wrote an item, by its leading key, under which nobody else may write."""
    _, asker, *_ = *partition.split("#"), ""
    return asker


def _same(known: Request, asked: Request) -> Request:
    if known.plan == asked.plan:
        return known
    raise Conflict(
        f"the id {asked.id} belongs to another request.", "Propose again; the plan gets a new id."
    )


def _withdrawal(request: Request, taken: Item | None) -> Withdrawal | None:
    """Read a withdrawal; nothing when it is not one of this request by its own asker."""
    if taken is None:
        return None
    try:
        found = Withdrawal.model_validate_json(text(taken, "line"))
    except ValueError:
        return None
    mine = (request.id, request.plan.requester)
    return found if (found.request_id, found.by) == mine else None
