"""One DynamoDB table: conditional writes, transactions, and queries that page by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import code_of, translated
from bunsui_core.adapters.aws.store.items import Item, Key, Scalar, from_wire, key_of, to_wire
from bunsui_core.domain.errors import NotFound, Unavailable
from bunsui_core.domain.store_template import INDEXES

_READ_AT_ONCE = 100
_WRITTEN_AT_ONCE = 25
_TRIES = 100
"""How often a transaction is tried that meets another one; each time at least one gets through."""

_NAMED = re.compile(r"#(\w+)")


@dataclass(frozen=True)
class Write:
    """One write of a transaction; `change` is an update expression, or empty for a whole item."""

    item: Item
    condition: str = ""
    values: Mapping[str, Scalar] = field(default_factory=dict)
    change: str = ""
    only_checks: bool = False


@dataclass(frozen=True)
class Ask:
    """A query of one partition: sort keys from `start` to before `end`, where they are given.

    A partition of an index begins with the same word as the keys of the items in it.
    """

    partition: str
    index: Literal["", "one", "two", "three"] = ""
    start: str = ""
    end: str = ""
    newest_first: bool = False
    limit: int = 0


class Table:
    """The table of a store; every read of it that is no index's is strongly consistent."""

    def __init__(self, clients: Clients, name: str, account: str, region: str) -> None:
        self._clients = clients
        self.name = name
        self.account = account
        self.region = region

    @property
    def place(self) -> Key:
        """Account and region, which every key carries."""
        return self.account, self.region

    def get(self, key: Key) -> Item | None:
        """Return an item, if it is there."""
        with self._explained():
            found = self._tables.get_item(
                TableName=self.name, Key=_wire_key(key), ConsistentRead=True
            )
        return from_wire(found["Item"]) if "Item" in found else None

    def put(self, item: Item, condition: str = "", **values: Scalar) -> bool:
        """Write an item; whether the condition held. Raises: Unavailable."""
        return not self.transact(Write(item, condition, values))

    def update(self, key: Key, change: str, condition: str = "", **values: Scalar) -> bool:
        """Change an item, which is made where it is not there; whether the condition held."""
        return not self.transact(Write(_at(key), condition, values, change))

    def transact(self, *writes: Write) -> tuple[int, ...]:
        """Write all or nothing; return the places of the writes whose condition did not hold."""
        for _ in range(_TRIES):
            codes = self._attempt(writes)
            failed = tuple(n for n, code in enumerate(codes) if code in _CONDITION)
            if failed or not any(code in _BUSY for code in codes):
                return failed
        raise Unavailable(
            f"the table {self.name} is busy: others write the same item.", "Try again in a moment."
        )

    def delete(self, keys: Sequence[Key]) -> None:
        """Remove items."""
        self._write_all([{"DeleteRequest": {"Key": _wire_key(key)}} for key in set(keys)])

    def put_all(self, items: Sequence[Item]) -> None:
        """Write items, each over the one of its key, the last of a key; not all at one moment."""
        last = {key_of(item): item for item in items}
        self._write_all([{"PutRequest": {"Item": to_wire(item)}} for item in last.values()])

    def many(self, keys: Sequence[Key], only: tuple[str, ...] = ()) -> dict[Key, Item]:
        """Return those items that are there, by key; with `only`, those attributes of them."""
        shown = {"pk", "sk", *only} if only else set()
        found: dict[Key, Item] = {}
        for start in range(0, len(keys), _READ_AT_ONCE):
            wanted: Any = [_wire_key(key) for key in keys[start : start + _READ_AT_ONCE]]
            while wanted:
                items, wanted = self._batch(wanted, shown)
                found |= {key_of(item): item for item in items}
        return found

    def every(self) -> Iterator[Item]:
        """Yield every item of the table, of all accounts and regions, in no order."""
        asked: dict[str, Any] = {"TableName": self.name, "ConsistentRead": True}
        while True:
            with self._explained():
                page = self._tables.scan(**asked)
            yield from map(from_wire, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def query(self, ask: Ask) -> Iterator[Item]:
        """Yield the items of a partition in the order of their sort keys."""
        items = (from_wire(item) for page in self._pages(ask, {}) for item in page["Items"])
        sk = INDEXES[ask.index][1]
        before = (item for item in items if not ask.end or item[sk] != ask.end)
        yield from islice(before, ask.limit or None)

    def count(self, ask: Ask, most: int = 0) -> int:
        """Return how many items a query would give, up to `most`; they are read, and not sent."""
        found = 0
        for page in self._pages(ask, {"Select": "COUNT"}):
            found += page["Count"]
            if most and found > most:
                break
        return found

    @property
    def _tables(self) -> Any:
        return self._clients.tables

    def _attempt(self, writes: Sequence[Write]) -> list[str]:
        """Try once; return a code for each write, `None` for those that were not the reason."""
        from botocore.exceptions import ClientError

        with self._explained():
            try:
                self._send(writes)
            except ClientError as error:
                code = code_of(error)
                if code == "TransactionCanceledException":
                    reasons = error.response.get("CancellationReasons", [])
                    codes = [reason.get("Code", "None") for reason in reasons]
                    if any(one in _CONDITION or one in _BUSY for one in codes):
                        return codes
                elif code in _CONDITION or code in _BUSY:
                    return [code]
                raise
        return []

    def _send(self, writes: Sequence[Write]) -> None:
        if len(writes) > 1:
            self._tables.transact_write_items(
                TransactItems=[{_kind(one): self._told(one)} for one in writes]
            )
        elif writes[0].change:
            self._tables.update_item(**self._told(writes[0]))
        else:
            self._tables.put_item(**self._told(writes[0]))

    def _told(self, write: Write) -> dict[str, Any]:
        told: dict[str, Any] = {"TableName": self.name}
        if write.change or write.only_checks:
            told["Key"] = _wire_key(key_of(write.item))
        else:
            told["Item"] = to_wire(write.item)
        if write.change:
            told["UpdateExpression"] = write.change
        if write.condition:
            told["ConditionExpression"] = write.condition
        names = {f"#{name}": name for name in _NAMED.findall(write.change + " " + write.condition)}
        if names:
            told["ExpressionAttributeNames"] = names
        if write.values:
            told["ExpressionAttributeValues"] = _values(write.values)
        return told

    def _pages(self, ask: Ask, more: Mapping[str, str]) -> Iterator[Any]:
        asked = {**_asked(ask), **more, "TableName": self.name}
        left = ask.limit + bool(ask.end) if ask.limit else 0
        while True:
            with self._explained():
                page = self._tables.query(**asked, **({"Limit": left} if left else {}))
            yield page
            left -= page["Count"] if left else 0
            if "LastEvaluatedKey" not in page or (ask.limit and left <= 0):
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _batch(self, keys: Any, shown: set[str]) -> tuple[list[Item], Any]:
        asked: dict[str, Any] = {"Keys": keys, "ConsistentRead": True}
        if shown:
            names = {f"#{name}": name for name in shown}
            asked |= {
                "ProjectionExpression": ", ".join(sorted(names)),
                "ExpressionAttributeNames": names,
            }
        with self._explained():
            answer = self._tables.batch_get_item(RequestItems={self.name: asked})
        items = [from_wire(item) for item in answer["Responses"].get(self.name, [])]
        left = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
        return items, left

    def _write_all(self, writes: list[Any]) -> None:
        for start in range(0, len(writes), _WRITTEN_AT_ONCE):
            left = {self.name: writes[start : start + _WRITTEN_AT_ONCE]}
            while left:
                with self._explained():
                    left = self._tables.batch_write_item(RequestItems=left).get(
                        "UnprocessedItems", {}
                    )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            with translated(f"the table {self.name}"):
                yield
        except NotFound as error:
            raise Unavailable(
                f"there is no store yet: DynamoDB has no table {self.name} here.",
                "`bunsui worker` makes it in the embedded AWS; elsewhere deploy the template that "
                "`bunsui init --print-policies` prints, or correct its name.",
            ) from error


_CONDITION = frozenset({"ConditionalCheckFailed", "ConditionalCheckFailedException"})
_BUSY = frozenset(
    {"TransactionConflict", "TransactionConflictException", "TransactionInProgressException"}
)


def _kind(write: Write) -> str:
    if write.only_checks:
        return "ConditionCheck"
    return "Update" if write.change else "Put"


def _at(key: Key) -> Item:
    return {"pk": key[0], "sk": key[1]}


def _wire_key(key: Key) -> dict[str, Any]:
    return to_wire(_at(key))


def _values(values: Mapping[str, Scalar]) -> dict[str, Any]:
    return {f":{name}": typed for name, typed in to_wire(values).items()}


def _asked(ask: Ask) -> dict[str, Any]:
    """Return a query's parameters; of two bounds DynamoDB takes both into what it finds."""
    pk, sk = INDEXES[ask.index]
    condition, values = "#pk = :pk", {"pk": ask.partition}
    if ask.start and ask.end:
        condition += " AND #sk BETWEEN :start AND :end"
        values |= {"start": ask.start, "end": ask.end}
    elif ask.start or ask.end:
        condition += " AND #sk >= :start" if ask.start else " AND #sk < :end"
        values |= {"start": ask.start} if ask.start else {"end": ask.end}
    names = {"#pk": pk, **({"#sk": sk} if ask.start or ask.end else {})}
    more: dict[str, Any] = {"ConsistentRead": True}
    if ask.index:
        # Who may write one kind of item may give it any key of an index: an index is not believed.
        names["#own"], values["own"] = INDEXES[""][0], ask.partition.split("#")[0] + "#"
        more = {"IndexName": ask.index, "FilterExpression": "begins_with(#own, :own)"}
    return more | {
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": _values(values),
        "ScanIndexForward": not ask.newest_first,
    }
