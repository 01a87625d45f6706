"""Signed decisions in the store's file, appended and never changed."""

from __future__ import annotations

from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.rows import stored
from bunsui_core.domain.approval import SignedDecision, decided_before, may_follow


class LocalDecisions:
    """`Decisions` in the store's file."""

    def __init__(self, store: StoreWriter) -> None:
        self._store = store

    def append(self, signed: SignedDecision) -> None:
        """Record a decision; who approved may still reject.

        Raises: Conflict when this approver decided it before.
        """
        made = signed.decision
        key = (*self._store.place, made.request_id)
        with self._store.writing() as connection:
            found = connection.execute(_KNOWN, (*key, made.approver, f"{made.approver}#stop"))
            bodies = [stored(SignedDecision, body, self._store.path) for (body,) in found]
            if any(not may_follow(one.decision, made) for one in bodies):
                raise decided_before(made)
            connection.execute(_ADD, (*key, made.slot, signed.model_dump_json()))


_KNOWN = (
    "SELECT body FROM decisions WHERE account = ? AND region = ? AND request_id = ?"
    " AND approver IN (?, ?)"
)

_ADD = "INSERT INTO decisions (account, region, request_id, approver, body) VALUES (?, ?, ?, ?, ?)"
