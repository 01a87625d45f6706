"""What the record knows of whom to trust, so that none of it is taken back unseen."""

from __future__ import annotations

from bunsui_core.domain.audit import POLICY_SIGNED, TRUST_CHANGED
from bunsui_core.domain.trusting import Recorded
from bunsui_core.ports.control import Audit


def recorded(audit: Audit) -> Recorded:
    """Return the newest change of trust and the newest policy that a worker has seen.

    Each names all that were before it. Raises: StoreDamaged, Unavailable.
    """
    return Recorded(_newest(audit, TRUST_CHANGED), _newest(audit, POLICY_SIGNED))


def _newest(audit: Audit, kind: str) -> dict[int, str]:
    entry = audit.latest(kind)
    number = entry.subject.partition(" ")[0] if entry else ""
    return {int(number): entry.body_digest} if entry and number.isdecimal() else {}
