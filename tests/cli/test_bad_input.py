"""What goes wrong is said in a sentence with the next step, an exit code, and no traceback."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bunsui_cli.__main__ import unexpected
from tests.builders import REQUEST_ID, SESSION_ID
from tests.cli.shell import Done, Shell, Terminal, bunsui
from tests.cli.test_schemas import validator

RESTART = ("recovery", "request", SESSION_ID, "--mode", "restart", "--reason", "because")

REFUSED = [
    (("sessions", "show", "nope"), 3, "there is no session nope"),
    (("sessions", "logs", "nope"), 3, "there is no session nope"),
    (("failures", "analyze", "nope"), 3, "there is no session nope"),
    (("failures", "analyze", SESSION_ID, "--job", "nope"), 3, "nope"),
    (("recovery", "propose", "nope"), 3, "there is no session nope"),
    (("recovery", "propose", SESSION_ID, "--job", "nope"), 3, "nope"),
    ((*RESTART, "--job", "nope"), 3, "nope"),
    (("approvals", "show", "nope"), 3, "there is no request nope"),
    (("sessions", "start", "nope", "--input", "-", "--reason", "r"), 3, "no pipeline nope"),
    (("sessions", "list", "--cursor", "nope"), 2, "cursor"),
    (("sessions", "list", "--limit", "0"), 2, "'--limit'"),
    (("sessions", "list", "--status", "nope"), 2, "the status nope"),
    (("sessions", "list", "--nope"), 2, "No such option: --nope"),
    (("sessions", "show"), 2, "SESSION"),
    (("sessions", "nope"), 2, "nope"),
    (("demo", "--scene", "nope"), 2, "there is no scene nope"),
    (("demo", "--seed", "-1"), 2, "greater than or equal to 0"),
    (("nope",), 2, "nope"),
    (("recovery", "request", SESSION_ID, "--mode", "nope", "--reason", "r"), 2, "'--mode'"),
    (("init", "shop", "--class", "prod"), 2, "'--class': 'prod' is not one of 'dev'"),
    (("recovery", "propose", SESSION_ID, "--input", "/nope.json"), 2, "/nope.json"),
    (("recovery", "propose", SESSION_ID, "--input", "{broken}"), 2, "is not JSON"),
    (("sessions", "start", "orders", "--input", "{broken}", "--reason", "r"), 2, "is not JSON"),
]


@pytest.mark.parametrize(("command", "code", "sentence"), REFUSED)
def test_a_command_that_cannot_be_answered_says_why_and_what_to_do(
    shell: Shell, command: tuple[str, ...], code: int, sentence: str
) -> None:
    broken = shell.home / "broken.json"
    broken.write_text('{"input": ', encoding="utf-8")
    arguments = [str(broken) if word == "{broken}" else word for word in command]

    done = shell(*arguments, stdin="{}")

    assert_refused(done, code, sentence)


def test_a_request_that_is_not_there_names_the_command_that_lists_them(shell: Shell) -> None:
    assert "`bunsui approvals list`" in str(shell("approvals", "show", "nope").error["next"])


@pytest.mark.parametrize(
    "command",
    [
        ("approvals", "approve", REQUEST_ID),
        ("approvals", "reject", REQUEST_ID, "--reason", "r"),
        ("approvers", "init", "hanako"),
    ],
)
def test_a_process_without_a_terminal_decides_nothing(
    stocked: Path, command: tuple[str, ...]
) -> None:
    assert_refused(bunsui(stocked, *command), 5, "needs a person at a terminal")


def assert_refused(done: Done, code: int, sentence: str) -> None:
    """Check the exit code, the sentence, the next step, and that nothing else was said."""
    assert done.code == code, done.stdout + done.stderr
    validator("cli.error.json").validate(done.document)
    assert sentence in str(done.error["message"])
    assert done.error["next"]
    assert "Traceback" not in done.stderr


def damage(path: Path) -> None:
    """Overwrite the beginning of a file with something that is no database."""
    with path.open("r+b") as file:
        file.write(b"not a database, " * 8)


def make_newer(path: Path) -> None:
    """Raise a store's version beyond what this bunsui knows."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def empty(path: Path) -> None:
    """Leave nothing of a file but its name."""
    path.write_bytes(b"")


@pytest.mark.parametrize("command", [("sessions", "list"), ("approvals", "list")])
@pytest.mark.parametrize(
    ("harm", "code", "sentence"),
    [
        (damage, 7, "is damaged"),
        (make_newer, 7, "was written by a newer bunsui"),
        (empty, 6, "there is no store yet"),
        (Path.unlink, 6, "there is no store yet"),
    ],
)
def test_a_store_that_cannot_be_read_is_named_and_left_alone(
    shell: Shell,
    command: tuple[str, ...],
    harm: Callable[[Path], None],
    code: int,
    sentence: str,
) -> None:
    store = shell.home / "store.db"
    for suffix in ("-wal", "-shm"):
        store.with_name(f"store.db{suffix}").unlink(missing_ok=True)
    harm(store)
    before = store.read_bytes() if store.exists() else None

    done = shell(*command)

    assert_refused(done, code, sentence)
    assert str(store) in str(done.error["message"])
    assert before == (store.read_bytes() if store.exists() else None)


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = bunsui(tmp_path, "local", "up", "--port", port)

    assert_refused(done, 6, port)


def test_without_the_embedded_aws_what_is_stored_stays_visible(shell: Shell) -> None:
    assert_refused(shell("recovery", "propose", SESSION_ID), 6, "embedded AWS")
    assert shell("sessions", "show", SESSION_ID).code == 0


def test_a_person_reads_two_lines(stocked: Path) -> None:
    done = Terminal(stocked, ["sessions", "show", "nope"]).end()

    assert done.code == 3
    assert done.stdout.splitlines() == [
        "error: there is no session nope.",
        " next: List the sessions and choose one: `bunsui sessions list`.",
    ]


def test_text_in_an_argument_cannot_act_on_the_terminal(stocked: Path) -> None:
    done = Terminal(stocked, ["sessions", "show", "\x1b[2Jnope"]).end()

    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("command", [("sessions", "list"), ("approvers", "list"), ("local", "up")])
def test_a_home_that_cannot_be_one_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    home = tmp_path / "file"
    home.write_text("", encoding="utf-8")

    assert_refused(bunsui(home, *command), 6, str(home))


def test_a_defect_of_bunsui_ends_in_a_sentence_and_its_traceback_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUNSUI_HOME", str(tmp_path / "home"))
    try:
        raise LookupError("a defect\x1b[2J")
    except LookupError as error:
        problem = unexpected(error)

    log = tmp_path / "home" / "bunsui.log"
    assert str(log) in problem.next
    assert "Traceback" not in problem.message
    assert "LookupError: a defect" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0
