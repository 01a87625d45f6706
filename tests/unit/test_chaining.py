"""A record of a thousand entries: whatever is changed in it is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone

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


def changed(entry: AuditEntry, name: str) -> AuditRow:
    """The row of an entry of which one member says something else."""
    other = {"seq": entry.seq + 5000, "at": later(days=9)}.get(name, "f" * 64)
    return AuditRow(entry.seq, entry.model_copy(update={name: other}).model_dump_json())


def found_from(place: int, rows: Sequence[AuditRow], anchor: Anchor | None = None) -> bool:
    """Whether rows do not continue a record that was good up to a place."""
    chain = Chain(count=place, seq=place, head=RECORD[place - 1].digest if place else GENESIS)
    for _ in chain.follow(rows):
        continue
    if anchor:
        chain.anchored_at(anchor)
    return bool(chain.findings.told)


def missed(change: Callable[[int], Sequence[AuditRow]], anchor: Anchor | None = None) -> list[int]:
    """Where in the record a change is not found; `change` gives the rows from a place on."""
    return [place + 1 for place in range(LENGTH) if not found_from(place, change(place), anchor)]


@pytest.mark.parametrize("name", list(AuditEntry.model_fields))
def test_a_changed_member_of_any_entry_is_found_by_the_next_one(name: str) -> None:
    def change(place: int) -> Sequence[AuditRow]:
        return [changed(RECORD[place], name), *ROWS[place + 1 : place + 2]]

    # Nothing holds on to the newest entry but what was kept elsewhere.
    assert missed(change) == ([] if name in {"seq", "prev"} else [LENGTH])
    assert found([*ROWS[:-1], changed(RECORD[-1], name)], ANCHOR)


def test_a_removed_entry_is_found_and_named() -> None:
    def change(place: int) -> Sequence[AuditRow]:
        return ROWS[place + 1 : place + 2]

    assert missed(change) == [LENGTH]
    assert found([*ROWS[:6], *ROWS[7:]])[0].text == "entry 7 is missing"
    assert found([*ROWS[:6], *ROWS[9:]])[0].text == "entries 7 to 9 are missing"


def test_any_two_neighbours_that_changed_places_are_found() -> None:
    def change(place: int) -> Sequence[AuditRow]:
        texts = [row.text for row in ROWS[place : place + 2]]
        return [AuditRow(place + 1 + n, text) for n, text in enumerate(reversed(texts))]

    assert missed(change) == [LENGTH]  # the newest has no neighbour behind it


@given(st.permutations(range(LENGTH)[500:520]))
def test_any_other_order_is_found(order: list[int]) -> None:
    texts = [AuditRow(501 + n, ROWS[place].text) for n, place in enumerate(order)]

    assert found_from(500, [*texts, ROWS[520]]) is (order != sorted(order))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"seq": 1}', "\x00"])
def test_what_is_no_entry_is_found_wherever_it_stands(text: str) -> None:
    assert missed(lambda place: [AuditRow(place + 1, text)]) == []


def test_an_entry_that_is_filed_under_what_it_does_not_say_is_found() -> None:
    entry = RECORD[5]
    right, wrong = (entry.kind, entry.subject, entry.body_digest), ("approved", "r-9", "ab")

    assert not found_from(5, [ROWS[5]._replace(filed=right)])
    assert found_from(5, [ROWS[5]._replace(filed=wrong)])


def test_an_entry_put_in_is_found() -> None:
    extra = RECORD[10].model_copy(update={"subject": "r-other"})
    rows = [*ROWS[:11], AuditRow(11, extra.model_dump_json()), *ROWS[11:]]

    assert found(rows)[0].seq == 11


def test_a_tail_cut_off_is_found_by_an_anchor_and_by_nothing_else() -> None:
    assert all(found(ROWS[:length]) == [] for length in (0, 1, 500, 999))
    assert all(found(ROWS[:length], ANCHOR) for length in (0, 1, 500, 999))


def test_a_record_rewritten_from_its_beginning_is_found_by_an_anchor() -> None:
    other = [AuditRow(seq, row.text) for seq, row in enumerate(rewritten(), 1)]

    assert found(other) == []
    assert [one.seq for one in found(other, ANCHOR)] == [LENGTH]


def rewritten() -> list[AuditRow]:
    """A record with another first entry, and everything behind it chained anew."""
    rows: list[AuditRow] = []
    prev = GENESIS
    for entry in RECORD:
        actor = "agent:other" if entry.seq == 1 else entry.actor
        made = entry.model_copy(update={"prev": prev, "actor": actor})
        rows.append(AuditRow(entry.seq, made.model_dump_json()))
        prev = made.digest
    return rows


zones = st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-3.5))])
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(names, names, names, st.integers(1, 2**53 - 1), st.datetimes(timezones=zones))
def test_the_digest_is_over_the_canonical_bytes(
    kind: str, subject: str, actor: str, seq: int, at: datetime
) -> None:
    entry = AuditEntry(
        seq=seq,
        at=at,
        kind=kind,
        subject=subject,
        actor=actor,
        body_digest="ab",
        prev=GENESIS,
    )

    assert entry.digest == digest("bunsui/audit/v1", canonical(entry))
    assert AuditRow(seq, entry.model_dump_json()).entry == entry


def test_the_findings_that_are_told_have_a_bound_and_the_rest_is_counted() -> None:
    chain = Chain()
    for _ in chain.follow(AuditRow(n, "") for n in range(1, 1502)):
        continue

    assert (len(chain.findings.told), chain.findings.more) == (1000, 501)
