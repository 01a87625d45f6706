"""The composition root of somebody who looks through the record, and changes nothing."""

from __future__ import annotations

from bunsui_core.adapters.aws.control.store.audit import DynamoAudit
from bunsui_core.adapters.aws.control.store.trust import DynamoTrust
from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.adapters.local.control.trust import LocalTrust
from bunsui_core.adapters.local.control.verifying import Verifying
from bunsui_core.app.audit import Recorded
from bunsui_core.desk.auditor import AuditDesk
from bunsui_core.ports.control import Audit, TrustList
from bunsui_core.settings import Settings
from bunsui_core.wiring.shared import shared
from bunsui_core.wiring.store import place, read_store, reader


def audit_desk(settings: Settings) -> AuditDesk:
    """Return a desk over the record of an environment, which only reads."""
    audit, trust = _record(settings)
    recorded = Recorded(
        place=place(settings),
        audit=audit,
        requests=read_store(settings).requests,
        trust=Verifying(trust),
        is_signed=is_signed,
    )
    return AuditDesk(recorded)


def _record(settings: Settings) -> tuple[Audit, TrustList]:
    if settings.is_shared:
        table = shared(settings, "agent").table
        return DynamoAudit(table), DynamoTrust(table)
    connection = reader(settings)
    return LocalAudit(connection), LocalTrust(connection)
