"""The composition root of somebody who looks at policies, and changes nothing."""

from __future__ import annotations

from bunsui_core.desk.ruling import PolicyDesk
from bunsui_core.domain.environment import LOCAL, parse_environments
from bunsui_core.settings import Settings, read_config
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.store import read_store
from bunsui_core.wiring.trusted import read_trust


def policy_desk(settings: Settings) -> PolicyDesk:
    """Return a desk over the policies of an environment, which only reads."""
    return PolicyDesk(
        store=read_store(settings),
        trust=read_trust(settings),
        environments=_environments(settings),
        clock=clock,
    )


def _environments(settings: Settings) -> tuple[str, ...]:
    path = settings.config_path
    written = parse_environments(read_config(path), str(path)) if path.exists() else {}
    return (LOCAL, *written)
