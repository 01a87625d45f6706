"""The trust list and the signed policy in the store's file."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.rows import moment, stored
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import Approver


class LocalTrust:
    """`TrustList` in the store's file; over a connection that only reads, nothing is changed."""

    def __init__(self, store: StoreReader) -> None:
        self._store = store

    def begin(self, first: Approver, policy: SignedPolicy) -> bool:
        """Trust the first approver and put a policy in force; whether the list was empty."""
        with self._store.writing() as connection:
            if connection.execute(_TRUSTED, self._store.place).fetchone():
                return False
            connection.execute(_TRUST, (*self._store.place, *_columns(first)))
            connection.execute(_SET_POLICY, (*self._store.place, policy.model_dump_json()))
        return True

    def approvers(self) -> tuple[Approver, ...]:
        """Return every approver, revoked ones included, oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(_TRUSTED, self._store.place).fetchall()
        return tuple(approver_of(row) for row in rows)

    def policy(self) -> SignedPolicy | None:
        """Return the policy in force, unverified, if there is one."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT body FROM policies WHERE account = ? AND region = ?", self._store.place
            ).fetchone()
        return stored(SignedPolicy, row[0], self._store.path) if row else None

    def put_policy(self, policy: SignedPolicy) -> None:
        """Store a policy over the one before it."""
        with self._store.writing() as connection:
            connection.execute(_SET_POLICY, (*self._store.place, policy.model_dump_json()))


def _columns(approver: Approver) -> tuple[str, str, str, bool, str]:
    return (
        approver.key_id,
        approver.name,
        approver.public_key,
        approver.is_demo,
        moment(approver.added_at),
    )


def approver_of(row: sqlite3.Row) -> Approver:
    """Return the approver that a row of the trust list holds."""
    key_id, name, public_key, is_demo, added_at, revoked_at = row
    return Approver(
        name=name,
        key_id=key_id,
        public_key=public_key,
        is_demo=bool(is_demo),
        added_at=datetime.fromisoformat(added_at),
        revoked_at=datetime.fromisoformat(revoked_at) if revoked_at else None,
    )


_TRUSTED = (
    "SELECT key_id, name, public_key, is_demo, added_at, revoked_at FROM approvers"
    " WHERE account = ? AND region = ? ORDER BY added_at, key_id"
)

_TRUST = (
    "INSERT INTO approvers (account, region, key_id, name, public_key, is_demo, added_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)

_SET_POLICY = (
    "INSERT INTO policies (account, region, body) VALUES (?, ?, ?)"
    " ON CONFLICT DO UPDATE SET body = excluded.body"
)
