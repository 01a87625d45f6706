"""How much of an account's quotas the clients of this process use."""

from __future__ import annotations

import time

from bunsui_core.adapters.aws.quota import Buckets, Meter, Prepare
from bunsui_core.domain.environment import EnvironmentClass
from bunsui_core.domain.quota import SHARES, allowance, quota_of
from bunsui_core.settings import Settings

BUCKETS = Buckets(time.monotonic, time.sleep)
"""The buckets that every client of this process takes its turns from."""

_PATIENCE_S = 60.0
"""How long a worker waits for its turn."""

_SHORT_PATIENCE_S = 5.0
"""How long a person or an agent, who waits for an answer, waits for a turn."""

_NO_QUOTA = 50.0
"""Lists a second where no quota is documented."""


def metered(settings: Settings, actor: str) -> Prepare | None:
    """Return what keeps a client within its share; the embedded AWS has no quotas."""
    if settings.is_local:
        return None
    patience = _PATIENCE_S if actor == "worker" else _SHORT_PATIENCE_S
    return sharing(settings.account, settings.region, settings.kind, patience)


def sharing(
    account: str, region: str, kind: EnvironmentClass, patience: float = _SHORT_PATIENCE_S
) -> Prepare:
    """Return what keeps a client of an account within bunsui's share."""
    return BUCKETS.metering(Meter(account, region, SHARES[kind], patience))


def lists_per_second(settings: Settings) -> float:
    """Return how many machines may be listed in a second."""
    quota = quota_of("sfn", "ListExecutions", settings.region)
    return allowance(quota, SHARES[settings.kind]).rate if quota else _NO_QUOTA
