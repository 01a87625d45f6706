"""A record of a thousand entries: whatever is changed in it is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.audit import GENESIS, Anchor, AuditEntry, AuditRow
from bunsui_core.domain.canonical import canonical, digest
from bunsui_core.domain.chaining import Chain, Finding
from tests.builders import NOW, a_plan, later

LENGTH = 1000


def a_record(length: int = LENGTH) -> tuple[AuditEntry, ...]:
    """A good record."""
    entries: list[AuditEntry] = []
    for seq in range(1, length + 1):
        entries.append(
            AuditEntry(
                seq=seq,
                at=later(seconds=seq),
                kind=("requested", "approved", "effect_done")[seq % 3],
                subject=f"r-{seq // 3}",
                actor="agent:claude",
                body_digest=f"{seq:064x}",
                prev=entries[-1].digest if entries else GENESIS,
            )
        )
    return tuple(entries)


RECORD = a_record()
ROWS = [AuditRow(one.seq, one.model_dump_json()) for one in RECORD]
ANCHOR = Anchor(place=a_plan().place, seq=LENGTH, digest=RECORD[-1].digest, at=NOW)


def found(rows: Sequence[AuditRow], anchor: Anchor | None = None) -> list[Finding]:
    """What following rows finds."""
    chain = Chain()
    for _ in chain.follow(rows):
        continue
    if anchor:
        chain.anchored_at(anchor)
    return chain.findings.told


def changed(entry: AuditEntry, name: str) -> AuditEntry:
    """An entry of which one member says something else."""
    other = {"seq": entry.seq + 5000, "at": later(days=9)}.get(name, "f" * 64)
    return entry.model_copy(update={name: other})


def near(seq: int, length: int = 40) -> slice:
    """The rows around a place: what is changed at it shows within a few of them."""
    return slice(max(seq - length, 0), seq + length)


def test_a_good_record_has_no_finding_also_with_an_anchor_anywhere() -> None:
    anchors = [ANCHOR.model_copy(update={"seq": e.seq, "digest": e.digest}) for e in RECORD[::97]]

    assert found(ROWS) == []
    assert all(found(ROWS, one) == [] for one in [ANCHOR, *anchors])
    assert found([], ANCHOR.model_copy(update={"seq": 0, "digest": GENESIS})) == []


@pytest.mark.parametrize("name", list(AuditEntry.model_fields))
def test_a_changed_member_of_any_entry_is_found(name: str) -> None:
    missed = []
    for place, entry in enumerate(RECORD):
        rows = [*ROWS[:place], AuditRow(entry.seq, changed(entry, name).model_dump_json())]
        rows += ROWS[place + 1 : place + 3]
        end = ANCHOR.model_copy(
            update={"seq": rows[-1].seq, "digest": RECORD[len(rows) - 1].digest}
        )
        if not tail_found(rows, end, place):
            missed.append(entry.seq)

    assert missed == []


def tail_found(rows: Sequence[AuditRow], anchor: Anchor, place: int) -> bool:
    """Whether something is found when a chain is followed that was good up to a place."""
    chain = Chain(count=place, seq=place, head=RECORD[place - 1].digest if place else GENESIS)
    for _ in chain.follow(rows[place:]):
        continue
    chain.anchored_at(anchor)
    return bool(chain.findings.told)
