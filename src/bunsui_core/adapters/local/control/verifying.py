"""Whom to trust and which policy holds, verified; there is nothing in here that signs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import Approver, SignedTrustChange
from bunsui_core.domain.trusting import Expected, Trusted, trusted
from bunsui_core.ports.control import TrustList

_Read: TypeAlias = tuple[tuple[Approver, ...], tuple[SignedTrustChange, ...], Trusted]


def nothing_recorded() -> Mapping[int, str]:
    """Return the digests of changes that a record knows, where there is no record: none."""
    return {}


class Verifying:
    """`Trust` over any trust list.

    `root` is the id of the first key, where the environment names it. `recorded` gives what a
    record knows of the changes; what this object saw itself it remembers.
    """

    def __init__(
        self,
        listed: TrustList,
        root: str = "",
        recorded: Callable[[], Mapping[int, str]] = nothing_recorded,
    ) -> None:
        self._listed = listed
        self._root = root
        self._recorded = recorded
        self._seen: dict[int, str] = {}
        self._last: tuple[tuple[Approver, ...], tuple[SignedTrustChange, ...], Trusted] | None = (
            None
        )

    def trust(self) -> Trusted:
        """Return who is trusted, by which changes, or why nobody is."""
        changes = self._listed.changes()
        rows = () if changes else self._listed.rows()
        if self._last and self._last[:2] == (rows, changes):
            return self._last[2]
        known = {**self._recorded(), **self._seen}
        account, region = self._listed.place
        found = trusted(rows, changes, Expected(account, region, self._root, known), is_signed)
        if not found.flaw:
            self._seen = {one.change.seq: one.change.digest for one in changes}
        self._last = rows, changes, found
        return found

    def trusted(self) -> tuple[Approver, ...]:
        """Return every approver, revoked ones included, oldest first."""
        return self.trust().approvers

    def verify(self, key_id: str, message: bytes, signature: str) -> bool:
        """Whether a trusted, unrevoked key made this signature."""
        approver = next((one for one in self.trusted() if one.key_id == key_id), None)
        if approver is None or approver.revoked_at:
            return False
        return is_signed(approver.public_key, message, signature)

    def policy(self) -> SignedPolicy | None:
        """Return the newest policy, unverified, if there is one."""
        return next(iter(self._listed.policies()), None)

    def policies(self) -> tuple[SignedPolicy, ...]:
        """Return every policy that was put, newest first."""
        return self._listed.policies()
