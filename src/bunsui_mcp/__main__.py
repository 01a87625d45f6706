"""`python -m bunsui_mcp --agent NAME`: an agent's desk over stdin and stdout."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import re
import signal
import sys

import anyio

from bunsui_core import log
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.settings import read_settings
from bunsui_core.wiring.agent import agent_desk
from bunsui_mcp.server import build_server
from bunsui_mcp.stdio import serve_stdio

UNEXPECTED = 1
INTERRUPTED = 130


def main() -> int:
    """Serve until the client leaves."""
    agent = _agent()
    forward_logs()
    # A thread waits in readline(); Python would wait for it, for ever, before it ends.
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    try:
        server = build_server(agent_desk(read_settings(), agent))
        # What start-up made stays; looking through it again would delay every hundredth answer.
        gc.freeze()
        anyio.run(serve_stdio, server)
    except BunsuiError as error:
        log.events("mcp").error("refused", code=error.code, message=str(error))
        return UNEXPECTED
    except Exception as error:
        if not _client_left(error):
            log.events("mcp").exception("ended_unexpectedly")
            return UNEXPECTED
    return 0


def forward_logs() -> None:
    """Send what the SDK logs to stderr as events; stdout belongs to the protocol."""
    log.to_stderr()
    logging.basicConfig(level=logging.WARNING, handlers=[_Events()])


def _client_left(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_client_left(one) for one in error.exceptions)
    return isinstance(error, BrokenPipeError)


class _Events(logging.Handler):
    """Turns a record of the standard library's logging into an event."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record with its logger and its exception."""
        event = log.events("mcp").bind(logger=record.name)
        event.log(record.levelno, record.getMessage(), exc_info=record.exc_info)


def _agent() -> str:
    parser = argparse.ArgumentParser(
        prog="bunsui mcp", description="Serve bunsui's tools to one agent over stdin and stdout."
    )
    parser.add_argument(
        "--agent", default="agent", metavar="NAME", type=_name, help="who is asking, for the human"
    )
    name: str = parser.parse_args().agent
    return name


def _name(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", text):
        return text
    raise argparse.ArgumentTypeError(
        "a name has 1 to 40 letters, digits, dots, dashes or underscores"
    )


if __name__ == "__main__":
    sys.exit(main())
