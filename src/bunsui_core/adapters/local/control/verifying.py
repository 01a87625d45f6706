"""Whom to trust and which policy holds, verified; there is nothing in here that signs."""

from __future__ import annotations

from collections.abc import Callable

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.succession import newest_first
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.trusting import Expected, Kept, Recorded, Trusted, trusted
from bunsui_core.ports.control import TrustList


class Verifying:
    """`Trust` over any trust list.

    `root` is the id of the first key, where the environment names it. `recorded` gives what a
    record knows; what this object saw itself it remembers, so that nothing of it is taken back.
    """

    def __init__(
        self, listed: TrustList, root: str = "", recorded: Callable[[], Recorded] = Recorded
    ) -> None:
        self._listed = listed
        self._root = root
        self._recorded = recorded
        self._seen = Recorded()
        self._last: tuple[Kept, Trusted] | None = None

    def trust(self) -> Trusted:
        """Return who is trusted, by which changes, or why nobody is."""
        kept = self._listed.read()
        if self._last and self._last[0] == kept:
            return self._last[1]
        found = trusted(kept, self._expected(), is_signed)
        if not found.flaw:
            self._seen = Recorded(
                {one.change.seq: one.change.digest for one in kept.changes},
                {one.seq: one.digest for one in kept.policies},
            )
        self._last = kept, found
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
        return next(iter(self.policies()), None)

    def policies(self) -> tuple[SignedPolicy, ...]:
        """Return every policy that was put, newest first."""
        return newest_first(self._listed.read().policies)

    def _expected(self) -> Expected:
        known, seen = self._recorded(), self._seen
        both = Recorded({**known.changes, **seen.changes}, {**known.policies, **seen.policies})
        return Expected(*self._listed.place, self._root, both)
