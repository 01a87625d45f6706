"""A server that would stand open does not start, however the address is written."""

from __future__ import annotations

import os
from pathlib import Path, PosixPath

import pytest

from bunsui_core.domain.errors import NotAuthorised
from bunsui_mcp.arguments import read_arguments
from bunsui_mcp.tokens import Tokens
from tests.mcp.served import CLAUDE, COPILOT

HTTP = ["--transport", "http"]
REACHED_FROM_ELSEWHERE = [
    "0.0.0.0",
    "0",
    "0x0",
    "::",
    "0:0:0:0:0:0:0:0",
    "::ffff:0.0.0.0",
    "::ffff:192.0.2.1",
    "192.0.2.1",
    "fe80::1%lo",
    "desk.example",
    "localhost.example",
    "LOCALHOST.",
    "127.0.0.1.example",
    "127.1",
    "2130706433",
    " 127.0.0.1",
]
LOOPBACK = ["127.0.0.1", "127.3.2.1", "::1", "localhost"]


@pytest.mark.parametrize("host", REACHED_FROM_ELSEWHERE)
def test_what_may_be_reached_from_elsewhere_needs_tokens_and_a_name(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    door = [*HTTP, "--host", host]
    closed = (["--agent", "claude"], ["--tokens", "t"], ["--agent", "a", "--allow-host", "desk"])
    for flags in closed:
        with pytest.raises(SystemExit):
            read_arguments([*door, *flags])
        assert "can be reached from other machines" in capsys.readouterr().err

    assert read_arguments([*door, "--tokens", "t", "--allow-host", "desk.example"]).is_public


@pytest.mark.parametrize("host", LOOPBACK)
def test_what_this_machine_alone_reaches_needs_neither(host: str) -> None:
    assert not read_arguments([*HTTP, "--host", host, "--agent", "claude"]).is_public


TOO_WIDE = [
    ("--allow-host", "*"),
    ("--allow-host", ""),
    ("--allow-host", "*.example"),
    ("--allow-host", "desk.example:*"),
    ("--allow-host", "https://desk.example"),
    ("--allow-origin", "https"),
    ("--allow-origin", "https:"),
    ("--allow-origin", "https:*"),
    ("--allow-origin", "https://*"),
    ("--allow-origin", "https://desk.example:*"),
    ("--allow-origin", "https://desk.example/"),
    ("--allow-origin", "https://desk@evil.example"),
    ("--allow-origin", "null"),
    ("--allow-origin", ""),
    ("--allow-origin", "*"),
]
NAMED = [
    ("--allow-host", "desk.example"),
    ("--allow-host", "my_service:8443"),
    ("--allow-host", "[2001:db8::1]"),
    ("--allow-host", "192.0.2.1"),
    ("--allow-origin", "https://desk.example"),
    ("--allow-origin", "http://desk.example:8080"),
    ("--allow-origin", "vscode-webview://0f3a"),
]


@pytest.mark.parametrize(("flag", "value"), TOO_WIDE)
def test_a_name_that_would_allow_more_than_one_is_refused(flag: str, value: str) -> None:
    with pytest.raises(SystemExit):
        read_arguments([*HTTP, "--tokens", "t", f"{flag}={value}"])


@pytest.mark.parametrize(("flag", "value"), NAMED)
def test_a_name_that_allows_one_is_taken(flag: str, value: str) -> None:
    arguments = read_arguments([*HTTP, "--tokens", "t", f"{flag}={value}"])

    assert value in arguments.allow_host + arguments.allow_origin


def tokens(path: Path, text: str, mode: int = 0o600) -> Path:
    """Write a file of tokens."""
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_link_to_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tokens(tmp_path / "open", f"claude {CLAUDE}\n", 0o644))

    with pytest.raises(NotAuthorised):
        Tokens(link)


@pytest.mark.anyio
async def test_a_link_to_a_file_of_ones_own_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tokens(tmp_path / "own", f"claude {CLAUDE}\n"))

    assert await Tokens(link).verify_token(CLAUDE)


class Swapped(PosixPath):
    """A path that means another file as soon as it was looked at."""

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """Look at the file, and let the name mean another one."""
        seen = super().stat(follow_symlinks=follow_symlinks)
        tokens(Path(self.parent / "other"), f"mallory {COPILOT}\n", 0o644).replace(self)
        return seen


@pytest.mark.anyio
async def test_a_file_that_is_put_in_its_place_meanwhile_lets_nobody_in(tmp_path: Path) -> None:
    swapped = Swapped(tokens(tmp_path / "tokens", f"claude {CLAUDE}\n"))
    known = Tokens(swapped)
    tokens(tmp_path / "tokens", f"claude {CLAUDE}\n# changed\n")

    assert await known.verify_token(COPILOT) is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    "text",
    [f"claude {CLAUDE}\n" * 2, f"claude {CLAUDE}\nmallory {CLAUDE}\n"],
    ids=["same", "other"],
)
async def test_a_token_stands_for_one_asker(tmp_path: Path, text: str) -> None:
    known = Tokens(tokens(tmp_path / "tokens", f"claude {CLAUDE}\n"))
    tokens(tmp_path / "tokens", text)

    assert await known.verify_token(CLAUDE) is None
