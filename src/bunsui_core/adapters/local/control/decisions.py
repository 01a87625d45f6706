"""Signed decisions in the store's file, appended and never changed."""

from __future__ import annotations

import sqlite3

from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.domain.approval import SignedDecision
from bunsui_core.domain.errors import Conflict


class LocalDecisions:
    """`Decisions` in the store's file."""

    def __init__(self, store: StoreWriter) -> None:
        self._store = store

    def append(self, signed: SignedDecision) -> None:
        """Record a decision. Raises: Conflict when this approver decided it before."""
        decision = signed.decision
        key = (*self._store.place, decision.request_id, decision.approver)
        try:
            with self._store.writing() as connection:
                connection.execute(
                    "INSERT INTO decisions (account, region, request_id, approver, body)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (*key, signed.model_dump_json()),
                )
        except sqlite3.IntegrityError as error:
            raise Conflict(
                f"{decision.approver} has decided request {decision.request_id} before.",
                "A decision stands; ask again for another one.",
            ) from error
