"""An asker who takes a request back."""

from __future__ import annotations

from bunsui_core.domain.approval import Withdrawal
from tests.builders import REQUEST_ID, later


def a_withdrawal(**changes: object) -> Withdrawal:
    """The asker took the request back two minutes later."""
    defaults: dict[str, object] = {
        "request_id": REQUEST_ID,
        "by": "agent:claude",
        "reason": "the object came after all",
        "at": later(minutes=2),
    }
    return Withdrawal.model_validate({**defaults, **changes})
