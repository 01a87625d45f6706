"""Claim: `bunsui audit verify` recomputes at least 20,000 entries of a record a second.

The record lies in a store's file, a hundred thousand entries of requests, answers and effects, and
its chain is followed as the command follows it, page by page. What the command does besides, once a
request, is told apart: in a second record of `REQUESTS` each one was approved, so that the plan's
digest, the review's and a signature are computed, too.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.result import Result
from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.app.audit import Recorded, every_row, verify
from bunsui_core.app.witness import Witness
from bunsui_core.domain.approval import SignedDecision
from bunsui_core.domain.audit import GENESIS, AuditEntry
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.chaining import Chain
from tests.builders import ACCOUNT, NOW, REGION, a_decision, a_plan, a_request, later
from tests.local_home import DOCUMENT, HANAKO, PASSPHRASE, LocalHome

ENTRIES = 100_000
REQUESTS = 500


def measure() -> Result:
    """Takes the best of three: what else the machine does is not our claim."""
    with tempfile.TemporaryDirectory() as folder:
        audit = filled(Path(folder))
        rate = max(followed(audit) for _ in range(3))
    with tempfile.TemporaryDirectory() as folder:
        recorded = decided(Path(folder))
        compared = max(verified(recorded) for _ in range(3))
    numbers = {"entries_per_s": rate, "requests_compared_per_s": compared}
    return Result("audit_verify", ">= 20,000 entries/s", rate >= 20_000, numbers)


def followed(audit: LocalAudit) -> float:
    """How many entries a second are followed."""
    began = time.perf_counter()
    chain = Chain()
    for _ in chain.follow(every_row(audit)):
        continue
    assert not chain.findings.told
    assert chain.count == ENTRIES
    return round(chain.count / (time.perf_counter() - began))


def verified(recorded: Recorded) -> float:
    """How many requests a second are compared with their entries."""
    began = time.perf_counter()
    found = verify(recorded)
    assert (found.holds, found.signatures) == (True, REQUESTS)
    return round(REQUESTS / (time.perf_counter() - began))


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


def decided(folder: Path) -> Recorded:
    """A record of requests that were approved, each over the newest entry."""
    home = LocalHome(folder)
    approver = home.trust()
    witness = Witness(home.audit, home.requests)
    for number in range(REQUESTS):
        request = home.requests.submit(a_request(request_id=f"r-{number}"))
        witness.see(request, NOW)
        decision = a_decision(
            request,
            key_id=approver.key_id,
            shown_digest=text_digest(DOCUMENT),
            audit_head=home.audit.head(),
            nonce=request.id,
        )
        signature = home.keys.sign(HANAKO, PASSPHRASE, decision.message)
        signed = SignedDecision(decision=decision, signature=signature, shown=DOCUMENT, at=NOW)
        home.decisions.append(signed)
        witness.see(request, NOW)
    return Recorded(a_plan().place, home.audit, home.requests, home.keys, is_signed)
