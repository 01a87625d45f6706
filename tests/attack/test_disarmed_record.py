"""A rewritten record is found by what each entry carries of the one before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bunsui_core.domain.audit import GENESIS, AuditEntry, AuditRow
from bunsui_core.domain.chaining import Chain
from tests.builders import later

LENGTH = 60


def a_record() -> list[AuditEntry]:
    """A good record."""
    entries: list[AuditEntry] = []
    for seq in range(1, LENGTH + 1):
        entry = AuditEntry(
            seq=seq,
            at=later(seconds=seq),
            kind="approved",
            subject=f"r-{seq}",
            actor="hanako",
            body_digest=f"{seq:064x}",
            prev=entries[-1].digest if entries else GENESIS,
        )
        entries.append(entry)
    return entries


def edited(record: list[AuditEntry], place: int) -> list[AuditEntry]:
    other = record[place].model_copy(update={"actor": "mallory"})
    return [*record[:place], other, *record[place + 1 :]]


def removed(record: list[AuditEntry], place: int) -> list[AuditEntry]:
    return [*record[:place], *record[place + 1 :]]


def exchanged(record: list[AuditEntry], place: int) -> list[AuditEntry]:
    return [*record[:place], record[place + 1], record[place], *record[place + 2 :]]


def put_in(record: list[AuditEntry], place: int) -> list[AuditEntry]:
    return [*record[:place], record[place], *record[place:]]


REWRITTEN: dict[str, Callable[[list[AuditEntry], int], list[AuditEntry]]] = {
    "edited": edited,
    "removed": removed,
    "exchanged": exchanged,
    "put in": put_in,
}


def is_found(record: list[AuditEntry], follows: bool = True) -> bool:
    """Whether a record is not as it was made, all entries being numbered anew."""
    chain = Chain()
    for seq, entry in enumerate(record, 1):
        row = AuditRow(seq, entry.model_copy(update={"seq": seq}).model_dump_json())
        if not follows:
            chain.head = ""
        for _ in chain.follow([row]):
            continue
    return bool(chain.findings.told)


@pytest.mark.parametrize("way", REWRITTEN)
def test_a_record_rewritten_anywhere_is_found(
    way: str, record_property: Callable[[str, object], None]
) -> None:
    record, places = a_record(), range(LENGTH - 2)

    missed = [place for place in places if not is_found(REWRITTEN[way](record, place))]

    assert not is_found(record)
    assert missed == []
    record_property("tries", len(places))


@pytest.mark.parametrize("way", REWRITTEN)
def test_who_reads_entries_one_by_one_finds_nothing(way: str) -> None:
    record = a_record()

    assert not any(
        is_found(REWRITTEN[way](record, place), follows=False) for place in range(LENGTH - 2)
    )
