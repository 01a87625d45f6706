"""What is imported before anybody needs it makes every command slow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer

HEAVY = {"mcp", "anthropic", "boto3", "botocore", "textual", "structlog", "pydantic_settings"}

CODE = """\
import sys
{statement}
sys.stderr.write("\\nloaded: " + " ".join(sorted({heavy!r} & set(sys.modules))))
"""

HELP = """\
from bunsui_cli.__main__ import main
sys.argv = ["bunsui", *{arguments!r}]
try:
    main()
except SystemExit as left:
    assert not left.code, left.code
"""


def loaded_by(statement: str, home: Path) -> set[str]:
    """Which heavy packages a fresh process holds after the statement."""
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(statement=statement, heavy=HEAVY)],
        capture_output=True,
        text=True,
        check=False,
        env={"BUNSUI_HOME": str(home), "HOME": str(home), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rpartition("loaded:")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["sessions", "--help"], ["approvals", "--help"]])
def test_the_help_of_the_command_line_loads_nothing_heavy(
    arguments: list[str], tmp_path: Path
) -> None:
    assert loaded_by(HELP.format(arguments=arguments), tmp_path) == set()


def test_reading_the_store_from_the_command_line_loads_no_client_of_aws(tmp_path: Path) -> None:
    writer(Settings(home=tmp_path))
    statement = HELP.format(arguments=["approvals", "list", "--json"])

    assert not loaded_by(statement, tmp_path) & {"mcp", "anthropic", "boto3", "botocore", "textual"}


def test_importing_the_command_line_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded_by("import bunsui_cli.__main__", tmp_path) == set()


@pytest.mark.parametrize(("words", "parsed"), [(["tui"], False), (["tui", "--help"], True)])
def test_the_terminal_ui_starts_without_a_parser_of_flags(
    words: list[str], parsed: bool, tmp_path: Path
) -> None:
    statement = (
        "from bunsui_cli import entry\n"
        "entry.become = lambda *_: sys.exit(0)\n"
        f"sys.argv = ['bunsui', *{words!r}]\n"
        "try:\n    entry.main()\nexcept SystemExit as left:\n    assert not left.code\n"
        f"assert ('typer' in sys.modules) is {parsed}"
    )

    assert loaded_by(statement, tmp_path) == set()


def test_importing_the_terminal_ui_loads_nothing_heavy_but_textual(tmp_path: Path) -> None:
    assert loaded_by("import bunsui_tui.__main__", tmp_path) == {"textual"}


def test_the_list_of_the_terminal_ui_is_there_without_what_decides_or_signs(tmp_path: Path) -> None:
    statement = (
        "import bunsui_tui.__main__\n"
        "late = {'bunsui_core.desk.operator', 'bunsui_core.worker', 'cryptography'}\n"
        "assert not late & set(sys.modules), late & set(sys.modules)"
    )

    loaded_by(statement, tmp_path)


@pytest.mark.parametrize("package", ["domain", "ports", "app", "desk"])
def test_a_pure_package_loads_nothing_heavy(package: str, tmp_path: Path) -> None:
    statement = (
        f"import importlib, pkgutil, bunsui_core.{package} as package\n"
        "for one in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    importlib.import_module(one.name)"
    )

    assert loaded_by(statement, tmp_path) == set()
