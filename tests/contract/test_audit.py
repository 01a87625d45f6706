"""`Audit`: a chain in which each entry carries the digest of the one before it."""

from __future__ import annotations

import sqlite3
from functools import partial

import pytest

from bunsui_core.domain.audit import GENESIS, AuditEntry
from bunsui_core.domain.errors import StoreDamaged
from bunsui_core.ports.control import Audit
from tests.builders import NOW, REQUEST_ID, later
from tests.contract.conftest import Home
from tests.dynamo_home import DynamoHome
from tests.local_home import LocalHome
from tests.race import together


@pytest.fixture
def audit(home: Home) -> Audit:
    return home.audit


def is_chained(entries: tuple[AuditEntry, ...]) -> bool:
    """Whether the entries are numbered from one and each carries the digest before it."""
    prevs = [GENESIS, *(entry.digest for entry in entries)]
    return all(
        (entry.seq, entry.prev) == (number, prev)
        for number, (entry, prev) in enumerate(zip(entries, prevs, strict=False), 1)
    )


def test_the_record_begins_with_nothing(audit: Audit) -> None:
    assert (audit.head(), audit.entries()) == (GENESIS, ())


def test_each_entry_carries_the_digest_of_the_one_before(audit: Audit) -> None:
    made = tuple(audit.append("requested", f"r-{n}", "agent:claude", "ab", NOW) for n in range(3))

    assert audit.entries() == made
    assert is_chained(made)
    assert audit.head() == made[-1].digest


def test_the_same_fact_is_recorded_once(audit: Audit) -> None:
    first = audit.append("requested", REQUEST_ID, "agent:claude", "ab", NOW)
    audit.append("approved", REQUEST_ID, "hanako", "cd", NOW)

    again = audit.append("requested", REQUEST_ID, "worker", "ab", later(hours=1))

    assert again == first
    assert len(audit.entries()) == 2


@pytest.mark.parametrize(
    ("kind", "subject", "body"),
    [("other", REQUEST_ID, "ab"), ("requested", "r-other", "ab"), ("requested", REQUEST_ID, "cd")],
)
def test_another_fact_is_recorded_beside_it(
    audit: Audit, kind: str, subject: str, body: str
) -> None:
    audit.append("requested", REQUEST_ID, "agent:claude", "ab", NOW)

    audit.append(kind, subject, "agent:claude", body, NOW)

    assert len(audit.entries()) == 2


def test_writers_at_once_make_one_chain(audit: Audit) -> None:
    acts = [
        partial(audit.append, "requested", f"r-{n}", "agent:claude", "ab", NOW) for n in range(8)
    ]

    together(*acts)

    assert len(audit.entries()) == 8
    assert is_chained(audit.entries())


def test_a_record_is_read_in_pages_from_either_end(audit: Audit) -> None:
    made = tuple(audit.append("requested", f"r-{n}", "agent:claude", "ab", NOW) for n in range(5))

    assert [row.entry for row in audit.rows(0, 2)] == list(made[:2])
    assert [row.entry for row in audit.rows(3, 5)] == list(made[3:])
    assert [row.seq for row in audit.tail(2)] == [5, 4]
    assert [row.seq for row in audit.tail(9, before=4)] == [3, 2, 1]
    assert audit.rows(5, 9) == audit.tail(9, before=1) == ()


def test_the_latest_of_a_kind_is_the_one_whose_subject_sorts_last(audit: Audit) -> None:
    for kind, subject in (("kept", "2"), ("kept", "3"), ("kept", "1"), ("kept-too", "9")):
        audit.append(kind, subject, "hanako", "ab", NOW)

    assert [getattr(audit.latest(kind), "subject", "") for kind in ("kept", "other")] == ["3", ""]


def test_accounts_and_regions_have_chains_of_their_own(audit: Audit, home: Home) -> None:
    audit.append("requested", REQUEST_ID, "agent:claude", "ab", NOW)

    for other in (home.another(account="111111111111"), home.another(region="eu-west-1")):
        assert other.audit.head() == GENESIS


def test_an_entry_that_is_filed_under_another_fact_hides_none(files: LocalHome) -> None:
    files.audit.append("requested", REQUEST_ID, "agent:claude", "ab", NOW)
    with files.writer.writing() as connection:
        connection.execute("DROP TRIGGER audit_never_change")
        connection.execute("UPDATE audit SET kind = 'approved', body_digest = 'cd'")

    with pytest.raises(StoreDamaged, match="filed"):
        files.audit.append("approved", REQUEST_ID, "hanako", "cd", NOW)
    assert [row.filed for row in files.audit.rows(0, 9)] == [("approved", REQUEST_ID, "cd")]


def test_an_item_that_is_filed_under_another_fact_hides_none(table: DynamoHome) -> None:
    made = [table.audit.append("requested", f"r-{n}", "a", "ab", NOW) for n in range(3)]
    facts = "#".join(("AUD", *table.table.place, "fact"))
    hiding = made[2].model_dump_json()
    table.table.put({"pk": facts, "sk": "approved#r-0#cd", "line": hiding})
    table.table.put({"pk": facts, "sk": "requested#r-1#ab", "line": hiding})

    with pytest.raises(StoreDamaged, match="filed"):
        table.audit.append("approved", "r-0", "hanako", "cd", NOW)
    found = [row.filed for row in table.audit.rows(0, 9)]
    assert found == [("requested", "r-0", "ab"), ("", "", ""), ("requested", "r-2", "ab")]


@pytest.mark.parametrize("statement", ["UPDATE audit SET subject = 'r-x'", "DELETE FROM audit"])
def test_no_statement_changes_or_removes_an_entry(files: LocalHome, statement: str) -> None:
    files.audit.append("requested", REQUEST_ID, "agent:claude", "ab", NOW)

    with (
        pytest.raises(sqlite3.IntegrityError, match="appended"),
        files.writer.writing() as connection,
    ):
        connection.execute(statement)
    assert len(files.audit.entries()) == 1
