"""The composition root of somebody who looks at policies, and changes nothing."""

from __future__ import annotations

from bunsui_core.adapters.aws.control.store.trust import DynamoTrust
from bunsui_core.adapters.local.control.trust import LocalTrust
from bunsui_core.adapters.local.control.verifying import Verifying
from bunsui_core.desk.ruling import PolicyDesk
from bunsui_core.domain.environment import LOCAL, parse_environments
from bunsui_core.ports.control import TrustList
from bunsui_core.settings import Settings, read_config
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.shared import shared
from bunsui_core.wiring.store import read_store, reader


def policy_desk(settings: Settings) -> PolicyDesk:
    """Return a desk over the policies of an environment, which only reads."""
    return PolicyDesk(
        store=read_store(settings),
        trust=Verifying(_listed(settings)),
        environments=_environments(settings),
        clock=clock,
    )


def _environments(settings: Settings) -> tuple[str, ...]:
    path = settings.config_path
    written = parse_environments(read_config(path), str(path)) if path.exists() else {}
    return (LOCAL, *written)


def _listed(settings: Settings) -> TrustList:
    if settings.is_shared:
        return DynamoTrust(shared(settings, "agent").table)
    return LocalTrust(reader(settings))
