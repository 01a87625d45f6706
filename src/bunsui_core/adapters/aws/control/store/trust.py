"""The trust list and the signed policy in the table."""

from __future__ import annotations

from bunsui_core.adapters.aws.store.items import Item, Key, joined, stored, text
from bunsui_core.adapters.aws.store.table import Ask, Table, Write
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.store_template import SHOWN
from bunsui_core.domain.trust import Approver

_FIRST, _POLICY, _APPROVER = "FIRST", "POLICY", "APPROVER"


class DynamoTrust:
    """`TrustList` in the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, first: Approver, policy: SignedPolicy) -> bool:
        """Trust the first approver and put a policy in force; whether the list was empty."""
        new = "attribute_not_exists(#pk)"
        writes = (
            Write(self._item(_FIRST, first.key_id), new),
            Write(self._item(joined(_APPROVER, first.key_id), first.model_dump_json()), new),
            Write(self._item(_POLICY, policy.model_dump_json())),
        )
        return not self._table.transact(*writes)

    def approvers(self) -> tuple[Approver, ...]:
        """Return every approver, revoked ones included, oldest first."""
        ask = Ask(self._partition, start=f"{_APPROVER}#", end=f"{_APPROVER}$")
        items = self._table.query(ask)
        found = [stored(Approver, text(item, SHOWN), self._table.name) for item in items]
        return tuple(sorted(found, key=lambda one: (one.added_at, one.key_id)))

    def policy(self) -> SignedPolicy | None:
        """Return the policy in force, unverified, if there is one."""
        item = self._table.get(self._key(_POLICY))
        return stored(SignedPolicy, text(item, SHOWN), self._table.name) if item else None

    def put_policy(self, policy: SignedPolicy) -> None:
        """Store a policy over the one before it."""
        self._table.put(self._item(_POLICY, policy.model_dump_json()))

    @property
    def _partition(self) -> str:
        return joined("KEY", *self._table.place)

    def _key(self, name: str) -> Key:
        return self._partition, name

    def _item(self, name: str, body: str) -> Item:
        return {"pk": self._partition, "sk": name, SHOWN: body}
