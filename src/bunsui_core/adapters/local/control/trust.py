"""Whom to trust and the signed policies, as they stand in the store's file."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import TypeAlias

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.rows import stored
from bunsui_core.domain.errors import Conflict
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import Approver, SignedTrustChange
from bunsui_core.domain.trusting import Kept

_Raw: TypeAlias = "list[list[sqlite3.Row]]"


class LocalTrust:
    """`TrustList` in the store's file; over a connection that only reads, nothing is changed."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store
        self._last: tuple[_Raw, Kept] | None = None

    @property
    def place(self) -> tuple[str, str]:
        """Account and region, which every change names."""
        return self._store.place

    def read(self) -> Kept:
        """Return all of it; it is asked for often, so what is as before is not parsed again."""
        with self._store.reading() as connection:
            raw = [
                connection.execute(query, self.place).fetchall()
                for query in (_ROWS, _CHANGES, _POLICIES)
            ]
        last = self._last
        if last is None or last[0] != raw:
            self._last = last = raw, self._parsed(raw)
        return last[1]

    def _parsed(self, raw: _Raw) -> Kept:
        (rows, changes, policies), path = raw, self._store.path
        return Kept(
            rows=tuple(approver_of(row) for row in rows),
            changes=tuple(stored(SignedTrustChange, body, path) for (body,) in changes),
            policies=tuple(stored(SignedPolicy, body, path) for (body,) in policies),
        )

    def append(
        self, changes: tuple[SignedTrustChange, ...], policy: SignedPolicy | None = None
    ) -> bool:
        """Append changes, and a policy, all or nothing; whether their numbers were still free."""
        try:
            with self._store.writing() as connection:
                for one in changes:
                    row = (*self.place, one.change.seq, one.model_dump_json())
                    connection.execute(_APPEND, row)
                if policy:
                    connection.execute(_PUT_POLICY, self._policy_row(policy))
        except sqlite3.IntegrityError:
            return False
        return True

    def put_policy(self, policy: SignedPolicy) -> None:
        """Store the next policy. Raises: Conflict when there is one of its number."""
        try:
            with self._store.writing() as connection:
                connection.execute(_PUT_POLICY, self._policy_row(policy))
        except sqlite3.IntegrityError as error:
            raise Conflict(
                f"there is a policy {policy.seq} already: somebody was faster.",
                "Look at it, and sign yours again.",
            ) from error

    def _policy_row(self, policy: SignedPolicy) -> tuple[str, str, int, str]:
        return *self.place, policy.seq, policy.model_dump_json()


def approver_of(row: sqlite3.Row) -> Approver:
    """Return the approver that a row of an older store holds."""
    key_id, name, public_key, is_demo, added_at, revoked_at = row
    return Approver(
        name=name,
        key_id=key_id,
        public_key=public_key,
        is_demo=bool(is_demo),
        added_at=datetime.fromisoformat(added_at),
        revoked_at=datetime.fromisoformat(revoked_at) if revoked_at else None,
    )


_ROWS = (
    "SELECT key_id, name, public_key, is_demo, added_at, revoked_at FROM approvers"
    " WHERE account = ? AND region = ? ORDER BY added_at, key_id"
)

_CHANGES = "SELECT body FROM trust_changes WHERE account = ? AND region = ? ORDER BY seq"

_APPEND = "INSERT INTO trust_changes (account, region, seq, body) VALUES (?, ?, ?, ?)"

_POLICIES = "SELECT body FROM policies WHERE account = ? AND region = ? ORDER BY seq DESC"

_PUT_POLICY = "INSERT INTO policies (account, region, seq, body) VALUES (?, ?, ?, ?)"
