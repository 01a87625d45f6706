"""`bunsui audit` from a shell: what it ends with, and what it never writes over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import NOW
from tests.cli.shell import Shell
from tests.local_home import LocalHome


@pytest.fixture
def own(shell: Shell, tmp_path: Path) -> Shell:
    """Commands in a home of the test's own."""
    return Shell(tmp_path / "home", shell.monkeypatch, shell.capture)


def recorded(path: Path, entries: int = 2) -> LocalHome:
    """A home with a record that is about nothing else."""
    home = LocalHome(path)
    for number in range(entries):
        home.audit.append("refused: another place", f"r-{number}", "worker-1", "ab", NOW)
    return home


def test_a_record_that_holds_ends_with_0_and_one_that_does_not_with_7(
    own: Shell, tmp_path: Path
) -> None:
    home = recorded(own.home)
    anchor = str(tmp_path / "anchor.json")
    exported = own("audit", "export", "--anchor", anchor)
    good = own("audit", "verify", "--anchor", anchor)
    with home.writer.writing() as connection:
        connection.execute("DROP TRIGGER audit_never_vanish")
        connection.execute("DELETE FROM audit WHERE seq = 2")

    bad = own("audit", "verify", "--anchor", anchor)

    assert (exported.code, good.code, bad.code) == (0, 0, 7)
    data = [done.document["data"] for done in (good, bad)]
    assert [isinstance(one, dict) and one["holds"] for one in data] == [True, False]


def test_what_cannot_be_used_is_refused_with_the_next_step(own: Shell, tmp_path: Path) -> None:
    recorded(own.home)
    taken = tmp_path / "taken.tar"
    taken.touch()

    done = [
        own("audit", *words)
        for words in (
            ("export",),
            ("export", str(taken)),
            ("show", "9"),
            ("verify", "--anchor", str(taken)),
        )
    ]

    assert [one.code for one in done] == [2, 4, 3, 2]
    assert all("Traceback" not in one.stderr for one in done)
