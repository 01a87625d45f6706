"""What an environment lacks before a worker does there what was approved."""

from __future__ import annotations

from bunsui_core.app.verify import in_force
from bunsui_core.settings import Settings
from bunsui_core.wiring.seeing import why_not
from bunsui_core.wiring.written import written


def lacking(settings: Settings) -> str:
    """Return in a sentence why nothing is executed here yet; empty when something can be."""
    if not settings.may_execute:
        return why_not(settings)
    trust = written(settings, "worker").trust
    if not any(one.revoked_at is None for one in trust.trusted()):
        here = "" if settings.is_local else f" -e {settings.environment}"
        return f"Nobody may approve here yet: run `bunsui{here} approvers init NAME`."
    held = in_force(trust)
    return "" if held.policy else f"Nothing can be approved here: {held.why}."
