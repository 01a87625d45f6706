"""The composition root of somebody who looks at policies, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from bunsui_core.app.verify import in_force
from bunsui_core.desk.ruling import PolicyDesk
from bunsui_core.domain.environment import LOCAL, parse_environments
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.health import Check, Health
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


def policy_rows(settings: Settings) -> Iterator[Check]:
    """Yield which policy is in force, or why none is, where somebody is trusted."""
    try:
        trust = read_trust(settings)
        held = in_force(trust)
        if trust.trust().flaw or not trust.trusted():
            return  # the row of the trust list says so, or nobody is trusted yet
    except BunsuiError:
        return  # the row of the store says so
    if held.policy is None or held.signed is None:
        yield Check(
            name="policy",
            health=Health.FAIL,
            found=f"nothing can be approved: {held.why}",
            next="A lead signs one: `bunsui policy sign FILE`.",
        )
        return
    count = f"{len(held.policy.rules)} rules, {len(held.policy.freezes)} freezes"
    found = f"{count}, number {held.signed.seq}, signed by {held.signer}"
    yield Check(name="policy", health=Health.OK, found=found)


def _environments(settings: Settings) -> tuple[str, ...]:
    path = settings.config_path
    written = parse_environments(read_config(path), str(path)) if path.exists() else {}
    return (LOCAL, *written)
