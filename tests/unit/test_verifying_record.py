"""What a record says against what is stored: whatever was changed of either is found."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.domain.approval import Answer, Request, Withdrawal
from bunsui_core.domain.audit import GENESIS, AuditRow
from bunsui_core.domain.chaining import Verification, Weight
from bunsui_core.wiring.auditing import audit_desk
from tests.builders import a_plan, later
from tests.unit.desk_kit import Bench
from tests.unit.recording import DONE, WAITING, answered, tick


def verified(bench: Bench) -> Verification:
    """What a verification finds."""
    return audit_desk(bench.settings).verify()


def broken(bench: Bench) -> list[str]:
    """What a verification finds that breaks the record."""
    return [f.text for f in verified(bench).findings if f.weight is Weight.BROKEN]


def test_a_record_that_a_worker_made_holds(recorded: Bench) -> None:
    found = verified(recorded)

    assert (found.findings, found.holds) == ((), True)
    assert (found.decisions, found.signatures, found.effects) == (2, 2, 1)
    assert [row.entry.kind for row in rows(recorded) if row.entry] == [
        "trust_changed",
        "policy_signed",
        "requested",
        "approved",
        "begun",
        "effect_done",
        "requested",
        "rejected",
        "requested",
    ]
    assert found.anchored == 7  # what the second decision was signed over


def test_another_round_of_another_worker_records_nothing_again(recorded: Bench) -> None:
    before = verified(recorded)

    tick(recorded)

    assert verified(recorded) == before


def test_what_no_worker_has_seen_yet_is_told_and_breaks_nothing(recorded: Bench) -> None:
    recorded.submit(request_id="r-new")
    answered(recorded, WAITING, Answer.REJECT)

    found = verified(recorded)

    assert found.holds
    assert sorted(one.subject for one in found.findings) == ["r-new", WAITING]


STORE = {
    "a decision removed": "DELETE FROM decisions WHERE request_id = 'r-rejected'",
    "a decision that says something else": (
        "UPDATE decisions SET body = replace(body, '\"reject\"', '\"approve\"')"
    ),
    "a review that says something else": (
        'UPDATE decisions SET body = replace(body, \'"shown":"shown"\', \'"shown":"other"\')'
    ),
    "an effect removed": "DELETE FROM effects",
    "an effect that ended otherwise": "UPDATE effects SET state = 'FAILED'",
    "a step that did something else": (
        "UPDATE effect_steps SET body = replace(body, 'DONE', 'FAILED')"
    ),
    "a step removed": "DELETE FROM effect_steps",
    "a note that says something else": "UPDATE effects SET note = 'nothing was done'",
    "a policy that says something else": (
        "UPDATE policies SET body = replace(body, 'expiry_minutes = 30', 'expiry_minutes = 31')"
    ),
    "a policy removed": "DELETE FROM policies",
    "a change of trust removed": "DELETE FROM trust_changes",
    "a change of trust that names another": (
        "UPDATE trust_changes SET body = replace(body, 'hanako', 'mallory')"
    ),
    "an entry that says something else": (
        "UPDATE audit SET body = replace(body, 'rejected', 'approved') WHERE kind = 'rejected'"
    ),
    "an entry removed": "DELETE FROM audit WHERE kind = 'begun'",
    "an entry that is none": "UPDATE audit SET body = x'fffe00' WHERE seq = 4",
}

INBOX = {
    "a request removed": "DELETE FROM requests WHERE id = 'r-done'",
    "a plan that says something else": (
        'UPDATE requests SET body = replace(body, \'"risk":"low"\', \'"risk":"high"\')'
    ),
}


@pytest.mark.parametrize("statement", STORE.values(), ids=STORE)
def test_whatever_is_changed_in_the_store_is_found(recorded: Bench, statement: str) -> None:
    assert tampered(recorded.settings.store_path, statement) >= 1

    assert broken(recorded)


@pytest.mark.parametrize("statement", INBOX.values(), ids=INBOX)
def test_whatever_is_changed_in_the_inbox_is_found(recorded: Bench, statement: str) -> None:
    assert tampered(recorded.settings.inbox_path, statement) >= 1

    assert broken(recorded)


def test_a_record_chained_anew_is_found_where_a_decision_was_signed_over_it(
    recorded: Bench,
) -> None:
    prev, made = GENESIS, []
    for row in rows(recorded):
        assert row.entry
        other = {"actor": "agent:other"} if row.entry.kind == "requested" else {}
        entry = row.entry.model_copy(update={"prev": prev, **other})
        made.append((entry.model_dump_json(), entry.seq))
        prev = entry.digest
    with closing(sqlite3.connect(recorded.settings.store_path)) as connection, connection:
        unguard(connection)
        connection.executemany("UPDATE audit SET body = ? WHERE seq = ?", made)

    found = broken(recorded)

    assert len(found) == 2  # each of the two decisions
    assert all("rewritten" in one for one in found)


def test_an_effect_of_a_request_that_nobody_approved_is_found(recorded: Bench) -> None:
    recorded.hands().control.audit.append("begun", WAITING, "worker-1", "ab", later(hours=1))
    tampered(recorded.settings.store_path, f"UPDATE effects SET request_id = '{WAITING}'")
    tampered(recorded.settings.store_path, f"UPDATE effect_steps SET request_id = '{WAITING}'")

    assert any("no approval" in one for one in broken(recorded))


def test_a_withdrawal_that_was_removed_is_found(recorded: Bench) -> None:
    taken = Withdrawal(
        request_id=WAITING, by="agent:claude", reason="not needed", at=later(hours=1)
    )
    recorded.store.requests.withdraw(taken)
    tick(recorded)
    assert verified(recorded).findings == ()

    tampered(recorded.settings.inbox_path, "DELETE FROM withdrawals")

    assert any("took it back" in one for one in broken(recorded))


def test_a_record_of_an_older_bunsui_holds_which_knew_of_effects_their_plans_alone(
    recorded: Bench,
) -> None:
    plan = recorded.store.requests.get(DONE).plan_digest
    recorded.hands().control.audit.append("effect_done", DONE, "worker-0", plan, later(hours=1))

    assert verified(recorded).findings == ()


def test_a_request_whose_asker_gave_a_false_digest_breaks_nothing(recorded: Bench) -> None:
    lying = Request.model_validate(
        {
            **recorded.store.requests.get(WAITING).model_dump(),
            "plan": a_plan(request_id="r-lying"),
            "plan_digest": "f" * 64,
        }
    )
    recorded.store.requests.submit(lying)
    tick(recorded)

    found = verified(recorded)

    assert found.holds
    assert [one.subject for one in found.findings] == ["r-lying"]


def rows(bench: Bench) -> tuple[AuditRow, ...]:
    """The whole record."""
    return LocalAudit(bench.connection).rows(0, 1000)


def tampered(path: Path, statement: str) -> int:
    """Change a file as somebody could who may write it; how many rows were changed."""
    with closing(sqlite3.connect(path)) as connection, connection:
        unguard(connection)
        return connection.execute(statement).rowcount


def unguard(connection: sqlite3.Connection) -> None:
    """Drop what keeps rows from being changed."""
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
