"""The composition root of somebody who looks through the record, and changes nothing of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bunsui_core.adapters.aws.control.store.audit import DynamoAudit
from bunsui_core.adapters.aws.control.store.trust import DynamoTrust
from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.adapters.local.control.trust import LocalTrust
from bunsui_core.adapters.local.evidence_files import (
    read_anchor,
    write_anchor,
    write_new,
    write_tar,
)
from bunsui_core.adapters.local.exports import note_export, this_user
from bunsui_core.app.audit import Recorded
from bunsui_core.app.recalled import remembering
from bunsui_core.desk.auditor import AuditDesk
from bunsui_core.domain.audit import Export
from bunsui_core.domain.auditing import Exported
from bunsui_core.domain.chaining import Verification
from bunsui_core.domain.errors import BadInput, StoreDamaged
from bunsui_core.ports.control import Audit, TrustList
from bunsui_core.ports.observe import Executions
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.shared import shared
from bunsui_core.wiring.store import place, read_store, reader
from bunsui_core.wiring.trusted import verifying


def audit_desk(settings: Settings) -> AuditDesk:
    """Return a desk over the record of an environment, which only reads."""
    audit, trust = _record(settings)
    store = read_store(settings)
    recorded = Recorded(
        place=place(settings),
        audit=audit,
        requests=store.requests,
        trust=verifying(settings, trust, audit),
        is_signed=is_signed,
    )
    return AuditDesk(recorded, store, clock)


def verified(settings: Settings, anchor: Path | None, aws: bool = False) -> Verification:
    """Verify the record, against an anchor where one is named, and against AWS.

    Raises: NotFound, BadInput, StoreDamaged, NotAuthorised, Unavailable.
    """
    known = read_anchor(anchor, place(settings)) if anchor else None
    return audit_desk(settings).verify(known, _executions(settings) if aws else None)


def exported(settings: Settings, path: Path | None, anchor: Path | None) -> Exported:
    """Write the record as lines into a new file, and its newest place into an anchor.

    Raises: BadInput, Conflict, StoreDamaged, also when the anchor that is there does not fit.
    """
    if not (path or anchor):
        raise BadInput("there is nothing to write to.", "Name a file, or --anchor FILE, or both.")
    desk = audit_desk(settings)
    if anchor and anchor.exists():
        _must_hold(desk.verify(read_anchor(anchor, desk.place)), anchor)
    newest = desk.anchor()
    if path:
        write_new(path, desk.lines(newest))
        _note(settings, "record", newest.digest)
    if anchor:
        write_anchor(anchor, newest)
    return Exported(path=str(path or ""), anchor=str(anchor or ""), entries=newest)


def bundled(settings: Settings, request_id: str, path: Path, anchor: Path | None) -> Exported:
    """Write the evidence of a request into a new tar file.

    Raises: NotFound, BadInput, Conflict, StoreDamaged, Unavailable.
    """
    desk = audit_desk(settings)
    until = read_anchor(anchor, desk.place) if anchor else desk.anchor()
    files = desk.evidence(request_id, until)
    write_tar(path, files)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    _note(settings, f"evidence of {request_id}", sha256)
    return Exported(
        path=str(path),
        anchor=str(anchor or ""),
        entries=until,
        files=tuple(sorted(files)),
        sha256=sha256,
    )


def _note(settings: Settings, what: str, digest: str) -> None:
    note_export(settings.folder, Export(what=what, by=this_user(), digest=digest, at=clock()))


def _must_hold(found: Verification, anchor: Path) -> None:
    if not found.anchor and found.findings:
        raise StoreDamaged(
            f"the record does not have what {anchor} was taken of: it was cut or rewritten.",
            f"Look at it, and keep that file: bunsui audit verify --anchor {anchor}",
        )


def _executions(settings: Settings) -> Executions:
    # Deferred: whoever does not ask AWS waits for none of it.
    from bunsui_core.wiring.seeing import seeing

    return remembering(seeing(settings, "agent"), read_store(settings)).executions


def _record(settings: Settings) -> tuple[Audit, TrustList]:
    if settings.is_shared:
        table = shared(settings, "agent").table
        return DynamoAudit(table), DynamoTrust(table)
    connection = reader(settings)
    return LocalAudit(connection), LocalTrust(connection)
