"""What `bunsui mcp` is told, and which combinations leave a door open."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_mcp.arguments import PORT, Transport, read_arguments

TOKENS = ("--tokens", "/secret/tokens")
HTTP = ("--transport", "http")


def test_an_agent_alone_is_served_over_stdio() -> None:
    arguments = read_arguments(["--agent", "claude"])

    assert (arguments.agent, arguments.transport) == ("claude", Transport.STDIO)
    assert not arguments.read_only


def test_http_is_served_to_this_machine_unless_said_otherwise() -> None:
    arguments = read_arguments(["--transport", "both", "--agent", "claude"])

    assert (arguments.host, arguments.port) == ("127.0.0.1", PORT)
    assert not (arguments.is_public)
    assert not (arguments.has_tokens)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_alone_needs_no_token(host: str) -> None:
    assert not read_arguments([*HTTP, "--host", host, "--agent", "claude"]).is_public


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "desk.example", "localhost.evil"])
def test_what_other_machines_reach_needs_tokens_and_names(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    open_door = (*HTTP, "--host", host)
    for words in (
        [*open_door, "--agent", "claude"],
        [*open_door, *TOKENS],
        [*open_door, "--agent", "claude", "--allow-host", "desk.example"],
    ):
        with pytest.raises(SystemExit, match="2"):
            read_arguments(words)
        assert "can be reached from other machines" in capsys.readouterr().err

    arguments = read_arguments([*open_door, *TOKENS, "--allow-host", "desk.example"])
    assert (arguments.is_public, arguments.has_tokens) == (True, True)


REFUSED = {
    "nobody": ([], "Give --agent NAME"),
    "a misleading name": (["--agent", "hanako, approved"], "a name has 1 to 40 letters"),
    "a port over stdio": (["--agent", "a", "--port", "1"], "--port says nothing over stdio"),
    "tokens over stdio": ([*TOKENS], "--tokens says nothing over stdio"),
    "both kinds of file": (
        [*HTTP, *TOKENS, "--token-file", "/secret/one", "--agent", "a"],
        "both given",
    ),
    "a name beside names": ([*HTTP, *TOKENS, "--agent", "a"], "--agent says nothing beside"),
    "one token of nobody": ([*HTTP, "--token-file", "/secret/one"], "Give --agent NAME"),
    "a port that is none": ([*HTTP, "--agent", "a", "--port", "65536"], "from 0 to 65535"),
    "another transport": (["--transport", "htp", "--agent", "a"], "invalid choice: 'htp'"),
    "a shortened flag": (["--age", "claude"], "unrecognized arguments"),
    "an empty host": ([*HTTP, "--agent", "a", "--host", ""], "--host is empty"),
}


@pytest.mark.parametrize(("words", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_go_together_is_a_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        read_arguments(words)

    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ""


def test_lists_take_several_names() -> None:
    arguments = read_arguments(
        [*HTTP, *TOKENS, "--allow-host", "a", "--allow-host", "b", "--allow-origin", "https://c"]
    )

    assert (arguments.allow_host, arguments.allow_origin) == (("a", "b"), ("https://c",))
    assert arguments.tokens == Path("/secret/tokens")
