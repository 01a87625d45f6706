"""Deciding on the command line needs a person who types at a terminal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.operator import operator_desk
from tests.builders import REQUEST_ID
from tests.cli.answers import RISKY_ID
from tests.cli.shell import Done, Shell, Terminal, bunsui

PASSPHRASE = "correct horse battery"


@pytest.fixture
def decidable(stocked: Path) -> Path:
    """The stocked home with Hanako as its approver."""
    operator_desk(Settings(home=stocked)).init_approver("hanako", PASSPHRASE)
    return stocked


def answered(home: Path, *command: str, passphrase: str = PASSPHRASE) -> Done:
    """Run a deciding command at a terminal and type the passphrase when it asks."""
    terminal = Terminal(home, command)
    terminal.expect("Passphrase of hanako: ")
    terminal.type(passphrase)
    return terminal.end()


def status(home: Path, request_id: str = REQUEST_ID) -> str:
    """Where a request stands."""
    return reading_desk(Settings(home=home)).approval(request_id).status.value


def test_a_person_makes_a_key(stocked: Path) -> None:
    terminal = Terminal(stocked, ["approvers", "init", "hanako"])
    terminal.expect("New passphrase: ")
    terminal.type(PASSPHRASE)
    terminal.expect("The same again: ")
    terminal.type(PASSPHRASE)
    done = terminal.end()

    assert done.code == 0, done.stdout
    assert PASSPHRASE not in done.stdout
    assert "hanako" in Terminal(stocked, ["approvers", "list"]).end().stdout


def test_a_person_reviews_and_approves(decidable: Path) -> None:
    done = answered(decidable, "approvals", "approve", REQUEST_ID)

    assert done.code == 0, done.stdout
    assert "WILL HAPPEN" in done.stdout
    assert "the object is there now" in done.stdout
    assert PASSPHRASE not in done.stdout
    assert status(decidable) == "APPROVED"


def test_a_person_rejects_with_a_reason(decidable: Path) -> None:
    done = answered(decidable, "approvals", "reject", REQUEST_ID, "--reason", "not tonight")

    assert done.code == 0, done.stdout
    assert "not tonight" in done.stdout
    assert status(decidable) == "REJECTED"


def test_a_wrong_passphrase_decides_nothing(decidable: Path) -> None:
    done = answered(decidable, "approvals", "approve", REQUEST_ID, passphrase="wrong")

    assert done.code == 5
    assert "error: " in done.stdout
    assert "passphrase" in done.stdout.partition("error: ")[2]
    assert "Traceback" not in done.stdout
    assert status(decidable) == "REQUESTED"


def test_a_high_risk_is_approved_with_its_code(decidable: Path) -> None:
    terminal = Terminal(decidable, ["approvals", "approve", RISKY_ID])
    terminal.expect("Type RISK to go on: ")
    terminal.type("risk")
    terminal.expect("Passphrase of hanako: ")
    terminal.type(PASSPHRASE)

    assert terminal.end().code == 0
    assert status(decidable, RISKY_ID) == "APPROVED"


def test_a_high_risk_without_its_code_is_refused(decidable: Path) -> None:
    terminal = Terminal(decidable, ["approvals", "approve", RISKY_ID])
    terminal.expect("Type RISK to go on: ")
    terminal.type("yes")
    terminal.expect("Passphrase of hanako: ")
    terminal.type(PASSPHRASE)

    assert terminal.end().code == 4
    assert status(decidable, RISKY_ID) == "REQUESTED"


def test_an_empty_passphrase_decides_nothing(decidable: Path) -> None:
    done = answered(decidable, "approvals", "approve", REQUEST_ID, passphrase="")

    assert done.code == 5
    assert status(decidable) == "REQUESTED"


def test_ctrl_c_at_the_passphrase_decides_nothing(decidable: Path) -> None:
    terminal = Terminal(decidable, ["approvals", "approve", REQUEST_ID])
    terminal.expect("Passphrase of hanako: ")
    terminal.press("\x03")
    done = terminal.end()

    assert done.code == 130
    assert "Traceback" not in done.stdout
    assert status(decidable) == "REQUESTED"


def test_the_end_of_the_input_at_the_passphrase_decides_nothing(decidable: Path) -> None:
    terminal = Terminal(decidable, ["approvals", "approve", REQUEST_ID])
    terminal.expect("Passphrase of hanako: ")
    terminal.press("\x04")

    assert terminal.end().code == 5
    assert status(decidable) == "REQUESTED"


def test_a_request_is_decided_once(decidable: Path) -> None:
    answered(decidable, "approvals", "reject", REQUEST_ID, "--reason", "no")

    done = Terminal(decidable, ["approvals", "approve", REQUEST_ID]).end()

    assert done.code == 4
    assert status(decidable) == "REJECTED"


@pytest.mark.parametrize("way", ["stdin", "environment"])
def test_a_passphrase_from_a_program_is_not_taken(decidable: Path, way: str) -> None:
    given = f"{PASSPHRASE}\n" * 3
    env = {"BUNSUI_PASSPHRASE": PASSPHRASE, "PASSPHRASE": PASSPHRASE}

    done = bunsui(
        decidable,
        "approvals",
        "approve",
        REQUEST_ID,
        stdin=given if way == "stdin" else "",
        **(env if way == "environment" else {}),
    )

    assert done.code == 5
    assert status(decidable) == "REQUESTED"


def test_there_is_no_option_for_a_passphrase(shell: Shell) -> None:
    help_text = shell("approvals", "approve", "--help").stdout

    assert "passphrase" in help_text
    assert "--pass" not in help_text


def test_the_document_goes_to_the_pipe_and_the_review_to_the_terminal(decidable: Path) -> None:
    read, write = os.pipe()
    terminal = Terminal(decidable, ["approvals", "approve", REQUEST_ID], stdout=write)
    os.close(write)
    terminal.expect("Passphrase of hanako: ")
    terminal.type(PASSPHRASE)
    done = terminal.end()
    with os.fdopen(read, encoding="utf-8") as pipe:
        document = json.loads(pipe.read())

    assert done.code == 0
    assert "WILL HAPPEN" in done.stdout
    assert document["data"]["status"] == "APPROVED"


def test_two_passphrases_that_differ_make_no_key(stocked: Path) -> None:
    terminal = Terminal(stocked, ["approvers", "init", "hanako"])
    terminal.expect("New passphrase: ")
    terminal.type("one")
    terminal.expect("The same again: ")
    terminal.type("another")
    done = terminal.end()

    assert done.code == 2
    assert "differ" in done.stdout
    assert not list((stocked / "keys").glob("*")) if (stocked / "keys").exists() else True


def test_without_an_approver_the_next_step_is_to_make_one(stocked: Path) -> None:
    done = Terminal(stocked, ["approvals", "approve", REQUEST_ID]).end()

    assert done.code == 5
    assert "bunsui approvers init" in done.stdout


def test_several_are_named_each_and_signed_with_one_passphrase(decidable: Path) -> None:
    terminal = Terminal(decidable, ["approvals", "approve", REQUEST_ID, RISKY_ID])
    terminal.expect(" to go on: ")
    terminal.type(terminal.seen.rpartition(" to go on: ")[0].rpartition(" ")[2])
    terminal.expect("Passphrase of hanako: ")
    terminal.type(PASSPHRASE)
    done = terminal.end()

    assert done.code == 0, done.stdout
    assert "There is a high risk. Type 2-" in done.stdout
    assert f"ALSO         2. request {RISKY_ID}" in done.stdout
    assert "2 of 2 signed, each by itself" in done.stdout
    assert [status(decidable, one) for one in (REQUEST_ID, RISKY_ID)] == ["APPROVED"] * 2
