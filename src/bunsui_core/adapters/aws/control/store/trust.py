"""Whom to trust and the signed policies, as they stand in the table."""

from __future__ import annotations

from bunsui_core.adapters.aws.store.items import Item, joined, stored, text
from bunsui_core.adapters.aws.store.table import Ask, Table, Write
from bunsui_core.domain.errors import Conflict
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.store_template import SHOWN
from bunsui_core.domain.trust import Approver, SignedTrustChange
from bunsui_core.domain.trusting import Kept

_FIRST, _POLICY, _APPROVER, _CHANGE = "FIRST", "POLICY", "APPROVER", "CHANGE"
_NEW = "attribute_not_exists(#pk)"


class DynamoTrust:
    """`TrustList` in the table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._last: tuple[dict[str, list[str]], Kept] | None = None

    @property
    def place(self) -> tuple[str, str]:
        """Account and region, which every change names."""
        return self._table.place

    def read(self) -> Kept:
        """Return all of it, in one query; what is as before is not parsed again."""
        found: dict[str, list[str]] = {_APPROVER: [], _CHANGE: [], _POLICY: []}
        for item in self._table.query(Ask(self._partition)):
            found.get(text(item, "sk").split("#")[0], []).append(text(item, SHOWN))
        last = self._last
        if last is None or last[0] != found:
            self._last = last = found, self._parsed(found)
        return last[1]

    def _parsed(self, found: dict[str, list[str]]) -> Kept:
        name = self._table.name
        rows = (stored(Approver, body, name) for body in found[_APPROVER])
        policies = (stored(SignedPolicy, body, name) for body in reversed(found[_POLICY]))
        return Kept(
            rows=tuple(sorted(rows, key=lambda one: (one.added_at, one.key_id))),
            changes=tuple(stored(SignedTrustChange, body, name) for body in found[_CHANGE]),
            policies=tuple(policies),
        )

    def append(
        self, changes: tuple[SignedTrustChange, ...], policy: SignedPolicy | None = None
    ) -> bool:
        """Append changes, and a policy, all or nothing; whether their numbers were still free."""
        items = [change_item(self.place, one) for one in changes]
        items += [policy_item(self.place, policy)] if policy else []
        writes = [Write(item, _NEW) for item in items]
        if changes[0].change.seq == 1:  # an older bunsui asks for it before it trusts a first key
            writes.append(Write(self._item(_FIRST, changes[0].change.by_key_id)))
        return not self._table.transact(*writes)

    def put_policy(self, policy: SignedPolicy) -> None:
        """Store the next policy. Raises: Conflict when there is one of its number."""
        if not self._table.put(policy_item(self.place, policy), _NEW):
            raise Conflict(
                f"there is a policy {policy.seq} already: somebody was faster.",
                "Look at it, and sign yours again.",
            )

    @property
    def _partition(self) -> str:
        return joined("KEY", *self.place)

    def _item(self, name: str, body: str) -> Item:
        return {"pk": self._partition, "sk": name, SHOWN: body}


def change_item(place: tuple[str, str], signed: SignedTrustChange) -> Item:
    """Return the item of a change."""
    sort = joined(_CHANGE, f"{signed.change.seq:06}")
    return {"pk": joined("KEY", *place), "sk": sort, SHOWN: signed.model_dump_json()}


def policy_item(place: tuple[str, str], policy: SignedPolicy) -> Item:
    """Return the item of a policy; one of an older store has no number and stands alone."""
    sort = joined(_POLICY, f"{policy.seq:06}") if policy.seq else _POLICY
    return {"pk": joined("KEY", *place), "sk": sort, SHOWN: policy.model_dump_json()}
