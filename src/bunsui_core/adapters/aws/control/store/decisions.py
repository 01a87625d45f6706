"""Signed decisions in the table, each put once and never changed."""

from __future__ import annotations

from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.decided import decisions_of
from bunsui_core.adapters.aws.store.table import Ask
from bunsui_core.domain.approval import SignedDecision
from bunsui_core.domain.errors import Conflict


class DynamoDecisions:
    """`Decisions` in the table, under the one leading key that an approver may write."""

    def __init__(self, bodies: Bodies) -> None:
        self._table = bodies.table
        self._bodies = bodies

    def append(self, signed: SignedDecision) -> None:
        """Record a decision. Raises: Conflict when this approver decided it before."""
        decision = signed.decision
        partition = decisions_of(self._table, decision.request_id)
        recorded = self._table.put(
            {
                "pk": partition,
                "sk": decision.approver,
                "position": self._table.count(Ask(partition)),
                **self._bodies.packed(signed.model_dump_json()),
            },
            "attribute_not_exists(#pk)",
        )
        if not recorded:
            raise Conflict(
                f"{decision.approver} has decided request {decision.request_id} before.",
                "A decision stands; ask again for another one.",
            )
