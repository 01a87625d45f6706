"""What `bunsui mcp` is told: who asks, over which transport, and who may come in."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bunsui_core.domain.asker import NAMED, is_agent_name
from bunsui_core.domain.errors import BadInput, BunsuiError, Refused

PORT = 8765
"""Where the server listens unless it is told another port."""

_HOST = re.compile(r"([\w-]+(\.[\w-]+)*|\[[0-9a-f:.]+\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)
_ORIGIN = re.compile(rf"[a-z][a-z0-9+.-]*://{_HOST.pattern}", re.ASCII | re.IGNORECASE)
_NETWORK = ("host", "port", "token_file", "tokens", "allow_host", "allow_origin")


class Transport(StrEnum):
    """How clients reach the server; `both` is HTTP and SSE on one port."""

    STDIO = "stdio"
    HTTP = "http"
    SSE = "sse"
    BOTH = "both"


class Arguments(BaseModel):
    """The command line, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agent: str = ""
    read_only: bool = False
    transport: Transport = Transport.STDIO
    host: str = "127.0.0.1"
    port: int = PORT
    token_file: Path | None = None
    tokens: Path | None = None
    allow_host: tuple[str, ...] = ()
    allow_origin: tuple[str, ...] = ()

    @property
    def has_tokens(self) -> bool:
        """Whether nobody comes in without a token."""
        return bool(self.token_file or self.tokens)

    @property
    def is_public(self) -> bool:
        """Whether other machines can reach the server; a name that is no address may be."""
        if self.host == "localhost":
            return False
        try:
            return not ip_address(self.host).is_loopback
        except ValueError:
            return True


def read_arguments(argv: Sequence[str]) -> Arguments:
    """Return the checked command line; one that cannot be used is a sentence and ends the process.

    Flags that do not go together are refused, and so is a door that would stand open.
    """
    parser = _parser()
    given = vars(parser.parse_args(argv))
    try:
        _must_fit_together(given)
        arguments = Arguments(**given)
        _must_be_closed(arguments)
    except BunsuiError as error:
        parser.error(str(error))
    return arguments


def _must_fit_together(given: dict[str, object]) -> None:
    over_stdio = given.get("transport", Transport.STDIO) == Transport.STDIO
    if over_stdio and (useless := [name for name in _NETWORK if name in given]):
        raise BadInput(
            f"{_flag(useless[0])} says nothing over stdio.", "Add --transport http, sse or both."
        )
    if given.get("host") == "":
        raise BadInput("--host is empty.", "Leave it out, or say 127.0.0.1.")
    if "token_file" in given and "tokens" in given:
        raise BadInput(
            "--token-file and --tokens were both given.",
            "--token-file holds one token, of --agent; --tokens holds `NAME TOKEN` a line.",
        )
    if "tokens" in given and "agent" in given:
        raise BadInput("--agent says nothing beside --tokens.", "The file names who asks.")
    if "tokens" not in given and "agent" not in given:
        raise BadInput("nobody is named who asks.", "Give --agent NAME; the human reads it.")


def _must_be_closed(arguments: Arguments) -> None:
    if not arguments.is_public:
        return
    if not arguments.has_tokens:
        raise Refused(
            f"{arguments.host} can be reached from other machines, and anybody could ask.",
            "Give --token-file or --tokens, or listen on 127.0.0.1.",
        )
    if not arguments.allow_host:
        raise Refused(
            f"{arguments.host} can be reached from other machines, under any name.",
            "Say with --allow-host under which name clients call it.",
        )


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _parser() -> argparse.ArgumentParser:
    # Only what was given is set, so that flags which say nothing can be refused.
    parser = argparse.ArgumentParser(
        prog="bunsui mcp",
        description="Serve bunsui's tools to agents, which look, explain and ask.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--agent", metavar="NAME", type=_name, help="who is asking, for the human")
    add("--read-only", action="store_true", help="offer no tool that asks for something")
    add("--transport", choices=[one.value for one in Transport], help="stdio unless said")
    add("--host", metavar="ADDRESS", help="where to listen; 127.0.0.1 unless said")
    add("--port", type=_port, help=f"{PORT} unless said; 0 takes a free one")
    add("--token-file", type=Path, metavar="FILE", help="one token, of --agent")
    add("--tokens", type=Path, metavar="FILE", help="`NAME TOKEN` a line")
    add("--allow-host", action="append", type=_host, metavar="NAME", help="a name it is called by")
    add("--allow-origin", action="append", type=_origin, metavar="URL", help="a page that may call")
    return parser


def _name(text: str) -> str:
    if is_agent_name(text):
        return text
    raise argparse.ArgumentTypeError(NAMED)


def _host(text: str) -> str:
    if _HOST.fullmatch(text):
        return text
    raise argparse.ArgumentTypeError("a name is like desk.example, without http:// and path")


def _origin(text: str) -> str:
    # The rest after a colon would be any port: `https` alone would allow the whole web.
    if _ORIGIN.fullmatch(text):
        return text
    raise argparse.ArgumentTypeError("a web page is like https://desk.example, without a path")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
