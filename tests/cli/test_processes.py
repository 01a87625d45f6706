"""Commands that become another program or run until they are told to stop."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from bunsui_cli.connect import claude_line, host_json
from bunsui_core.domain.demo import SceneList
from bunsui_core.settings import Settings, read_settings
from tests.cli.shell import PATIENCE_S, Done, Terminal, bunsui, environment
from tests.cli.test_schemas import validator


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_that_is_told_to_stop_says_so_in_one_document(
    stocked: Path, number: signal.Signals
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bunsui_cli", "worker"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(stocked),
    ) as worker:
        assert worker.stderr
        assert "The worker watches" in worker.stderr.readline()
        worker.send_signal(number)
        stdout, stderr = worker.communicate(timeout=PATIENCE_S)
    done = Done(worker.returncode, stdout, stderr)

    assert done.code == 0, stderr
    validator("cli.worker.json").validate(done.document)
    assert done.document["data"] == {"signal": number.name}
    assert "Traceback" not in stderr


def test_the_mcp_server_leaves_stdout_to_the_protocol(stocked: Path) -> None:
    done = bunsui(stocked, "mcp", "--agent", "claude")

    assert done.code == 0, done.stderr
    assert done.stdout == ""


def test_a_worker_tells_that_its_region_is_probably_none(stocked: Path) -> None:
    (stocked / "bunsui.toml").write_text(
        '[environments.shop]\naccount = "123456789012"\nregion = "us-esat-1"\nread_profile = "p"\n',
        encoding="utf-8",
    )
    with subprocess.Popen(
        [sys.executable, "-m", "bunsui_cli", "-e", "shop", "worker"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(stocked),
    ) as worker:
        assert worker.stderr
        first = worker.stderr.readline()
        assert "The worker only watches" in worker.stderr.readline()
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=PATIENCE_S)

    assert "Did you mean us-east-1?" in first


def test_the_version_is_printed(tmp_path: Path) -> None:
    done = bunsui(tmp_path, "--version")

    assert (done.code, done.stdout) == (0, f"bunsui {version('bunsui')}\n")


def test_the_mcp_server_wants_to_know_who_asks(stocked: Path) -> None:
    done = bunsui(stocked, "mcp")

    assert (done.code, done.stdout) == (2, "")
    assert "Give --agent NAME" in done.stderr


@pytest.mark.parametrize(
    ("text", "mode", "code"), [("alone", 0o600, 2), ("", 0o644, 5), (None, 0, 6)]
)
def test_the_mcp_server_ends_with_the_exit_code_of_what_is_wrong(
    stocked: Path, text: str | None, mode: int, code: int
) -> None:
    tokens = stocked / "tokens"
    if text is not None:
        tokens.write_text(text, encoding="utf-8")
        tokens.chmod(mode)

    done = bunsui(stocked, "mcp", "--transport", "http", "--port", "0", "--tokens", str(tokens))

    assert (done.code, done.stdout) == (code, ""), done.stderr
    assert str(tokens) in done.stderr


def test_the_help_of_the_mcp_server_is_its_own(stocked: Path) -> None:
    done = bunsui(stocked, "mcp", "--help")

    assert (done.code, done.stderr) == (0, "")
    assert "--transport {stdio,http,sse,both}" in done.stdout


def test_the_terminal_ui_refuses_a_pipe(stocked: Path) -> None:
    done = bunsui(stocked, "tui")

    assert done.code == 8
    assert done.stdout == ""
    assert "terminal" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("flags", [[], ["--no-worker"], ["--help"]])
def test_the_terminal_ui_is_entered_at_once_or_read_of(flags: list[str], stocked: Path) -> None:
    entered = [sys.executable, "-c", "from bunsui_cli.entry import main; main()", "tui", *flags]
    done = subprocess.run(
        entered, capture_output=True, text=True, check=False, env=environment(stocked)
    )

    assert done.returncode == (0 if "--help" in flags else 8)
    assert ("--web" in done.stdout) is ("--help" in flags)
    assert ("terminal" in done.stderr) is ("--help" not in flags)


def test_both_ways_to_connect_a_host_start_the_same_server(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "with space")
    words = shlex.split(claude_line(settings))
    server = json.loads(host_json(settings))["mcpServers"]["bunsui"]

    command = words[words.index("--") + 1 :]
    assert command == [server["command"], *server["args"]]
    assert words[words.index("--env") + 1] == f"BUNSUI_HOME={settings.home}"
    assert server["env"] == {"BUNSUI_HOME": str(settings.home)}
    assert Path(command[0]).is_absolute()


def test_a_host_is_told_of_the_home_only_when_bunsui_would_not_find_it() -> None:
    usual = read_settings({})

    assert claude_line(usual).startswith("claude mcp add bunsui -- ")
    assert json.loads(host_json(usual))["mcpServers"]["bunsui"]["env"] == {}


def test_a_host_is_told_of_the_environment_and_its_file(tmp_path: Path) -> None:
    shop = Settings(home=tmp_path, config=tmp_path / "mine.toml", environment="shop")
    server = json.loads(host_json(shop))["mcpServers"]["bunsui-shop"]

    assert server["env"]["BUNSUI_ENVIRONMENT"] == "shop"
    assert server["env"]["BUNSUI_CONFIG"] == str(tmp_path / "mine.toml")
    assert "claude mcp add bunsui-shop " in claude_line(shop)
    assert "BUNSUI_ENVIRONMENT=shop" in claude_line(shop)


def test_the_list_of_scenes_starts_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = bunsui(home, "demo", "--scene", "list")

    validator("cli.demo-list.json").validate(done.document)
    found = SceneList.model_validate(done.document["data"])
    assert {"throttled", "double-write", "storm"} <= {scene.name for scene in found.items}
    assert (done.code, done.stderr, home.exists()) == (0, "", False)


def test_the_list_of_scenes_fits_a_terminal(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, ["demo", "--scene", "list"], env={"NO_COLOR": "1"})
    lines = re.sub(r"\x1b\[[0-9;]*m", "", terminal.end().stdout).splitlines()

    assert any("missing-object" in line for line in lines)
    assert max(map(len, lines)) <= 80
