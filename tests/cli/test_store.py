"""`bunsui store`: what is stored is looked at, brought up to date, exported and imported."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store
from tests.builders import SESSION_ID
from tests.cli.shell import Done, Shell, Terminal, bunsui
from tests.local_home import LocalHome
from tests.unit.test_older_store import STORE_1


def at(shell: Shell, home: Path) -> Shell:
    """The same shell in another home."""
    return Shell(home, shell.monkeypatch, shell.capture)


NOBODY = {"items": [], "root": "", "flaw": ""}
"""What is answered where nobody is trusted."""


def data(done: Done) -> dict[str, object]:
    """What a command answered."""
    assert done.code == 0, done.stdout
    found = done.document["data"]
    assert isinstance(found, dict)
    return dict(found)


def test_the_status_counts_what_is_stored(shell: Shell) -> None:
    found = data(shell("store", "status"))

    assert found["counts"] == {
        "pipelines": 1,
        "machines": 0,
        "sightings": 0,
        "watches": 0,
        "outcomes": 0,
        "archives": 0,
        "diagnoses": 1,
        "approvers": 0,
        "trust_changes": 0,
        "policies": 0,
        "audit": 0,
        "effects": 0,
        "decisions": 0,
        "sessions": 3,
        "withdrawals": 0,
        "requests": 2,
    }
    assert found["version"] == found["known_version"]


def test_a_home_without_a_store_says_how_to_make_one(shell: Shell, tmp_path: Path) -> None:
    for verb in (("status",), ("migrate",), ("export", str(tmp_path / "x"))):
        done = at(shell, tmp_path / "none")("store", *verb)

        assert (done.code, done.error["code"]) == (6, "unavailable")
        assert "bunsui demo" in str(done.error["next"])
    assert not (tmp_path / "none").exists()


def test_a_store_moves_to_another_home(shell: Shell, tmp_path: Path) -> None:
    path, other = tmp_path / "shop.tar", at(shell, tmp_path / "other")
    sent = data(shell("store", "export", str(path)))

    received = data(other("store", "import", str(path)))

    assert (received["digest"], received["counts"]) == (sent["digest"], sent["counts"])
    shown = [data(one("sessions", "show", SESSION_ID))["session"] for one in (shell, other)]
    assert shown[0] == shown[1]


def test_a_store_that_holds_something_is_replaced_only_when_told(
    shell: Shell, tmp_path: Path
) -> None:
    path, other = tmp_path / "shop", at(shell, tmp_path / "other")
    LocalHome(tmp_path / "other").audit.append("x", "y", "z", "0", datetime.now(UTC))
    data(shell("store", "export", str(path)))

    refused = other("store", "import", str(path))
    assert (refused.code, refused.error["code"]) == (4, "conflict")
    assert "--replace" in str(refused.error["next"])

    aside = Path(str(data(other("store", "import", str(path), "--replace"))["kept_aside"]))
    assert data(at(shell, tmp_path / "third")("store", "import", str(aside)))["counts"] != {}
    assert data(other("store", "status"))["counts"] == data(shell("store", "status"))["counts"]


def test_a_worker_at_work_keeps_its_store_from_being_replaced(shell: Shell, tmp_path: Path) -> None:
    path, other = tmp_path / "shop", Settings(home=tmp_path / "other")
    data(shell("store", "export", str(path)))
    store(other, writer(other)).heartbeat.beat(datetime.now(UTC))

    done = at(shell, other.home)("store", "import", str(path), "--replace")

    assert done.code == 4
    assert "worker" in str(done.error["message"])


def test_an_export_takes_the_place_of_nothing(shell: Shell, tmp_path: Path) -> None:
    done = shell("store", "export", str(tmp_path))

    assert (done.code, done.error["code"]) == (4, "conflict")


def test_an_older_store_is_brought_up_to_date_with_a_copy(shell: Shell, tmp_path: Path) -> None:
    home = tmp_path / "older"
    home.mkdir()
    with closing(sqlite3.connect(home / "store.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(STORE_1.read_text(encoding="utf-8"))
    older = at(shell, home)

    assert data(older("store", "status"))["version"] == 1
    refused = older("store", "export", str(tmp_path / "x"))
    assert "bunsui store migrate" in str(refused.error["next"])

    done = data(older("store", "migrate"))
    copy = Path(str(done["kept_aside"]))

    assert (done["from_version"], done["to_version"]) == (
        1,
        data(shell("store", "status"))["version"],
    )
    assert data(older("sessions", "list"))["total"] == 2
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (2,)
    assert copy.stat().st_mode & 0o077 == 0
    assert data(older("store", "migrate"))["kept_aside"] == ""


@pytest.fixture
def trusting(stocked: Path) -> Path:
    """An export of a home in which Hanako decides."""
    LocalHome(stocked).trust()
    path = stocked.with_name(f"{stocked.name}-export.tar")
    assert bunsui(stocked, "store", "export", str(path)).code == 0
    return path


def test_nobody_is_trusted_because_an_export_says_so(trusting: Path, tmp_path: Path) -> None:
    done = bunsui(tmp_path / "new", "store", "import", str(trusting))

    assert (done.code, done.error["code"]) == (5, "not_authorised")
    assert bunsui(tmp_path / "new", "approvers", "list").document["data"] == NOBODY


def test_a_person_may_trust_whom_an_export_names(trusting: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    for word, code in (("yes", 4), ("trust", 0)):
        terminal = Terminal(new, ("store", "import", str(trusting)))
        terminal.expect("approver hanako, a lead, with the key")
        terminal.expect("Type trust to go on:")
        terminal.type(word)
        assert terminal.end().code == code

    assert "hanako" in bunsui(new, "approvers", "list").stdout
    # Who is trusted already needs no person.
    assert bunsui(new, "store", "import", str(trusting), "--replace").code == 0
