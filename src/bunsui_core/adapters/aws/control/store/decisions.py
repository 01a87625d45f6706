"""Signed decisions in the table, each put once and never changed."""

from __future__ import annotations

from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.decided import decisions_of, find_decisions
from bunsui_core.adapters.aws.store.items import Item
from bunsui_core.domain.approval import SignedDecision, decided_before, may_follow


class DynamoDecisions:
    """`Decisions` in the table, under the one leading key that an approver may write."""

    def __init__(self, bodies: Bodies) -> None:
        self._table = bodies.table
        self._bodies = bodies

    def append(self, signed: SignedDecision) -> None:
        """Record a decision; who approved may still reject.

        Raises: Conflict when this approver decided it before.
        """
        made = signed.decision
        known = find_decisions(self._bodies, made.request_id)
        own = (one.decision for one in known if one.decision.approver == made.approver)
        if any(not may_follow(one, made) for one in own):
            raise decided_before(made)
        item: Item = {
            "pk": decisions_of(self._table, made.request_id),
            "sk": made.slot,
            "position": len(known),
            **self._bodies.packed(signed.model_dump_json()),
        }
        if not self._table.put(item, "attribute_not_exists(#pk)"):
            raise decided_before(made)
