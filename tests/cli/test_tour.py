"""Through every command with surroundings that are broken: a sentence each, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bunsui_cli.exits import ExitCode
from tests.builders import SESSION_ID
from tests.cli.shell import Done, Shell, environment
from tests.cli.test_bad_input import assert_refused, damage
from tests.cli.test_docs import commands
from tests.cli.test_schemas import validator

BECOMES_ANOTHER_PROGRAM = ("mcp",)
STARTS_A_PROCESS = {("demo",), ("worker",), ("tui",), ("mcp",), ("local", "up")}
ARGUMENTS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("init",): ("shop", "--yes"),
    ("local", "reset"): ("--yes",),
    ("sessions", "search"): ("orders",),
    ("sessions", "show"): (SESSION_ID,),
    ("sessions", "logs"): (SESSION_ID,),
    ("sessions", "start"): ("orders", "--input", "-", "--reason", "r"),
    ("sessions", "rerun"): (SESSION_ID, "--from", "extract", "--reason", "r"),
    ("sessions", "pause"): (SESSION_ID, "--reason", "r"),
    ("sessions", "unpause"): (SESSION_ID, "--reason", "r"),
    ("sessions", "cancel"): (SESSION_ID, "--reason", "r"),
    ("pipelines", "show"): ("orders",),
    ("pipelines", "graph"): ("orders",),
    ("failures", "analyze"): (SESSION_ID,),
    ("recovery", "propose"): (SESSION_ID,),
    ("recovery", "request"): (SESSION_ID, "--mode", "redrive", "--reason", "r"),
    ("approvals", "show"): ("r-1",),
    ("approvals", "approve"): ("r-1",),
    ("approvals", "reject"): ("r-1", "--reason", "r"),
    ("approvers", "init"): ("hanako",),
}
"""What a command needs to begin."""

Harm = Callable[[Path, pytest.MonkeyPatch], None]


def nothing(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Leave all as it is: AWS does not run, and nobody is at a terminal."""
    del home, patch


def no_store(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Begin with an empty home."""
    patch.setenv("BUNSUI_HOME", str(home / "elsewhere"))


def no_folder(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Give a file where a folder should be."""
    (home / "file").touch()
    patch.setenv("BUNSUI_HOME", str(home / "file"))


def nobodys_home(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Name the home of a user who does not exist."""
    del home
    patch.setenv("BUNSUI_HOME", "~nobody-of-that-name/x")


def damaged(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Overwrite both files."""
    del patch
    for file in ("store.db", "inbox.db"):
        for suffix in ("-wal", "-shm"):
            (home / f"{file}{suffix}").unlink(missing_ok=True)
        damage(home / file)


def unknown_environment(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Ask for an environment that the file lacks."""
    (home / "bunsui.toml").write_text("", encoding="utf-8")
    patch.setenv("BUNSUI_ENVIRONMENT", "shop")


def mistyped(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Misspell a key of the file."""
    text = "[environments.shop]\nacount = '000000000000'\n"
    (home / "bunsui.toml").write_text(text, encoding="utf-8")
    patch.setenv("BUNSUI_ENVIRONMENT", "shop")


def no_profile(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Name a profile that this user does not have."""
    text = (
        "[environments.shop]\naccount = '000000000000'\nregion = 'eu-west-1'\n"
        "read_profile = 'gone'\nexecute_profile = 'gone'\n"
    )
    (home / "bunsui.toml").write_text(text, encoding="utf-8")
    patch.setenv("BUNSUI_ENVIRONMENT", "shop")


HARMS = [
    nothing,
    no_store,
    no_folder,
    nobodys_home,
    damaged,
    unknown_environment,
    mistyped,
    no_profile,
]


@pytest.fixture
def broken(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Runs a command after a harm, without any profile of whoever runs the tests."""

    def run(harm: Harm, *command: str) -> Done:
        monkeypatch.setattr("bunsui_cli.person.TERMINAL", shell.home / "no-terminal")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(shell.home / "no-config"))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(shell.home / "no-credentials"))
        monkeypatch.setenv("BUNSUI_HOME", str(shell.home))
        harm(shell.home, monkeypatch)
        return shell.again(*command, stdin="{}")

    return run


@pytest.mark.parametrize("harm", HARMS, ids=lambda one: one.__name__)
@pytest.mark.parametrize(
    "command", [one for one in commands() if one not in STARTS_A_PROCESS], ids=" ".join
)
def test_whatever_is_broken_a_command_answers_or_says_why_and_what_to_do(
    broken: Callable[..., Done], harm: Harm, command: tuple[str, ...]
) -> None:
    done = broken(harm, *command, *ARGUMENTS.get(command, ()))

    assert done.code in set(ExitCode) - {ExitCode.UNEXPECTED}, done.stdout
    assert "Traceback" not in done.stderr
    name = str(done.document["schema"]).split("/")[2]
    validator(f"cli.{name}.json").validate(done.document)
    if name == "error":
        assert done.error["message"]
        assert done.error["next"]


@pytest.mark.parametrize(
    "command", [one for one in commands() if one != BECOMES_ANOTHER_PROGRAM], ids=" ".join
)
def test_an_unknown_option_is_named_with_where_the_known_ones_stand(
    shell: Shell, command: tuple[str, ...]
) -> None:
    done = shell(*command, "--nope")

    assert_refused(done, ExitCode.BAD_INPUT, "--nope")
    assert done.error["next"] == f"See `bunsui {' '.join(command)} --help`."


def test_an_argument_that_is_no_text_is_refused(shell: Shell) -> None:
    assert_refused(shell("sessions", "show", "\udcff"), ExitCode.BAD_INPUT, "is not UTF-8")


def test_an_endless_input_is_refused(shell: Shell) -> None:
    done = shell("sessions", "start", "orders", "--input", "/dev/zero", "--reason", "r")

    assert_refused(done, ExitCode.BAD_INPUT, "longer than the 262,144 bytes")


@pytest.mark.parametrize("command", ["sessions list", "sessions list --watch", "--help", "nope"])
@pytest.mark.parametrize("stdout", [">/dev/full", ">&-"])
def test_a_stdout_that_takes_nothing_is_told_on_stderr(
    stocked: Path, command: str, stdout: str
) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m bunsui_cli {command} {stdout}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment(stocked),
    )

    assert done.returncode in {ExitCode.UNAVAILABLE, ExitCode.BAD_INPUT}
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_a_closed_stream_that_is_not_needed_harms_nothing(stocked: Path, closed: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m bunsui_cli sessions list {closed}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment(stocked),
    )

    validator("cli.sessions-list.json").validate(Done(0, done.stdout).document)
    assert done.returncode == ExitCode.OK
