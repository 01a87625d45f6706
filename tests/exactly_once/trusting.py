"""Trust as it stood once, for plays in which nobody is added and no policy changes."""

from __future__ import annotations

from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.trusting import Trusted
from bunsui_core.ports.control import Trust


class Remembered:
    """`Trust` that reads the store once; signatures are verified each time."""

    def __init__(self, trust: Trust) -> None:
        self._found = trust.trust()
        self._policies = trust.policies()
        self._trust = trust
        self._good: set[tuple[str, bytes, str]] = set()

    def trust(self) -> Trusted:
        """Return who is trusted."""
        return self._found

    def trusted(self) -> tuple[Approver, ...]:
        """Return every approver."""
        return self._found.approvers

    def verify(self, key_id: str, message: bytes, signature: str) -> bool:
        """Whether a trusted, unrevoked key made this signature."""
        asked = (key_id, message, signature)
        if asked not in self._good and self._trust.verify(*asked):
            self._good.add(asked)
        return asked in self._good

    def policy(self) -> SignedPolicy | None:
        """Return the newest policy."""
        return self._policies[0] if self._policies else None

    def policies(self) -> tuple[SignedPolicy, ...]:
        """Return every policy."""
        return self._policies
