"""`bunsui approvers` at a terminal: what a lead adds, promotes and revokes, in its schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.shell import Done, Terminal, bunsui
from tests.cli.test_schemas import validator
from tests.local_home import PASSPHRASE, LocalHome

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home in which Hanako leads, under a passphrase that costs nothing to try."""
    LocalHome(tmp_path).trust()
    return tmp_path


def typed(home: Path, *command: str, lead: bool = True, new: bool = False) -> dict[str, object]:
    """What a command answered at a terminal, once it was told what it asked for."""
    terminal = Terminal(home, ["approvers", *command, "--json"])
    questions = ["New passphrase: ", "The same again: "] if new else []
    for question in [*questions, *(["Passphrase of hanako: "] if lead else [])]:
        terminal.expect(question)
        terminal.type(PASSPHRASE)
    done = terminal.end()
    assert done.code == 0, done.stdout
    document = json.loads(done.stdout[done.stdout.index("{\n") :])
    validator(f"cli.approvers-{command[0]}.json").validate(document)
    return dict(document["data"])


def refused(done: Done) -> str:
    return str(done.error["code"])


def test_approvers_come_and_go_with_a_leads_signature(home: Path) -> None:
    line = typed(home, "key", "mika", lead=False, new=True)["line"]
    path = home / "mika.key"
    path.write_text(f"{line}\n")

    mika = typed(home, "add", "mika", "--key", str(path), "--reason", "joined")
    taro = typed(home, "add", "taro", "--role", "lead", new=True)
    raised = typed(home, "role", "mika", "lead", "--as", "hanako")
    gone = typed(home, "revoke", "taro", "--as", "hanako", "--reason", "left")

    assert (mika["role"], taro["role"], raised["role"]) == ("approver", "lead", "lead")
    assert gone["requests"] == []
    listed = bunsui(home, "approvers", "list").document["data"]
    assert isinstance(listed, dict)
    known = LocalHome(home).keys.trust()
    assert listed["root"] == known.root
    assert [(one.name, one.is_lead) for one in known.approvers] == [
        ("hanako", True),
        ("mika", True),
        ("taro", False),
    ]


def test_without_a_terminal_nobody_is_added_or_revoked(home: Path) -> None:
    LocalHome(home).trust("taro")

    for command in (
        ("add", "mika", "--as", "hanako"),
        ("revoke", "taro", "--as", "hanako"),
        ("role", "taro", "approver", "--as", "hanako"),
    ):
        assert refused(bunsui(home, "approvers", *command)) == "not_authorised"
    assert len(LocalHome(home).keys.trust().changes) == 2
