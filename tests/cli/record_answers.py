"""What `bunsui audit` answers, as complete values."""

from __future__ import annotations

from collections.abc import Mapping

from bunsui_core.domain.audit import GENESIS, Anchor, AuditEntry, AuditRow
from bunsui_core.domain.auditing import AuditPage, Exported, line_of, shown
from bunsui_core.domain.chaining import Finding, Verification, Weight
from bunsui_core.domain.value import Value
from tests.builders import NOW, a_plan


def of_records() -> Mapping[str, Value]:
    """What is told of the record."""
    entry = AuditEntry(
        seq=1,
        at=NOW,
        kind="requested",
        subject="r-4f2a",
        actor="agent:claude",
        body_digest="ab" * 32,
        prev=GENESIS,
    )
    row = AuditRow(1, entry.model_dump_json())
    anchor = Anchor(place=a_plan().place, seq=1, digest=entry.digest, at=NOW)
    return {
        "audit-list": AuditPage(items=(line_of(AuditRow(2, "{")), line_of(row)), more=True),
        "audit-show": shown(row, None, None),
        "audit-verify": a_verification(),
        "audit-export": Exported(path="", anchor="head.json", entries=anchor),
        "audit-bundle": Exported(
            path="r.tar", anchor="", entries=anchor, files=("signed.json",), sha256="ef" * 32
        ),
    }


def a_verification(text: str = "it does not read as an entry") -> Verification:
    """A record of two entries, one of them damaged."""
    return Verification(
        place=a_plan().place,
        holds=False,
        entries=2,
        head="cd" * 32,
        first_at=NOW,
        last_at=NOW,
        decisions=1,
        signatures=1,
        anchored=1,
        findings=(
            Finding(seq=2, subject="r-4f2a", weight=Weight.BROKEN, text=text),
            Finding(seq=0, subject="r-5", weight=Weight.NOTE, text="it is not recorded"),
        ),
    )
