"""Whom an environment trusts, for those who only look."""

from __future__ import annotations

from collections.abc import Iterator

from bunsui_core.adapters.aws.control.store.audit import DynamoAudit
from bunsui_core.adapters.aws.control.store.trust import DynamoTrust
from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.trust import LocalTrust
from bunsui_core.adapters.local.control.verifying import Verifying
from bunsui_core.app.recorded import recorded
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.health import Check, Health
from bunsui_core.domain.trusting import Trusted
from bunsui_core.ports.control import Audit, TrustList
from bunsui_core.settings import Settings
from bunsui_core.wiring.shared import shared
from bunsui_core.wiring.store import reader


def read_trust(settings: Settings, actor: str = "agent") -> Verifying:
    """Return who is trusted in an environment, over a store that is only read."""
    if settings.is_shared:
        table = shared(settings, actor).table
        return verifying(settings, DynamoTrust(table), DynamoAudit(table))
    connection = reader(settings)
    return verifying(settings, LocalTrust(connection), LocalAudit(connection))


def verifying(settings: Settings, listed: TrustList, audit: Audit) -> Verifying:
    """Return who is trusted by a list, of which nothing is taken back that a record has seen."""
    return Verifying(listed, settings.trust_root, lambda: recorded(audit))


def trust_rows(settings: Settings) -> Iterator[Check]:
    """Yield whether the list of whom to trust holds, and what it rests on."""
    try:
        known = read_trust(settings).trust()
    except BunsuiError:
        return  # the row of the store says so
    if known.flaw:
        yield Check(
            name="trust",
            health=Health.FAIL,
            found=f"nobody is trusted: {known.flaw}",
            next="Find out who changed the store, and restore it from an export.",
        )
    elif known.approvers:
        yield _resting(known, settings)


def _resting(known: Trusted, settings: Settings) -> Check:
    able = [one for one in known.approvers if not one.revoked_at]
    people = f"{len(able)} approver{'' if len(able) == 1 else 's'}, {len(known.leads)} of them lead"
    if settings.is_local or settings.trust_root or not known.root:
        return Check(name="trust", health=Health.OK, found=people)
    return Check(
        name="trust",
        health=Health.WARN,
        found=f"{people}; nothing here names the key that all trust rests on",
        next=f'If {known.root} is it, write `trust_root = "{known.root}"` in bunsui.toml.',
    )
