"""`python -m bunsui_mcp`: agents' desks over stdin and stdout, or over HTTP."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from functools import partial

import anyio

from bunsui_core import log
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.exits import EXITS
from bunsui_core.settings import read_settings
from bunsui_core.wiring.agent import agent_desk
from bunsui_mcp.arguments import Arguments, Transport, read_arguments
from bunsui_mcp.desks import Desks, always
from bunsui_mcp.server import Offer, build_server
from bunsui_mcp.stdio import serve_stdio
from bunsui_mcp.tokens import Tokens

UNEXPECTED = 1
INTERRUPTED = 130

HEALTH = "health"
"""Who looks at the store for the health check where every asker has a token."""


def main() -> int:
    """Serve until the client leaves or the process is told to end."""
    forward_logs()
    # A thread waits in readline(); Python would wait for it, for ever, before it ends.
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    try:
        _serve(read_arguments(sys.argv[1:]))
    except BunsuiError as error:
        log.events("mcp").error("refused", code=error.code, message=str(error))
        return EXITS.get(error.code, UNEXPECTED)
    except Exception as error:
        if not _client_left(error):
            log.events("mcp").exception("ended_unexpectedly")
            return UNEXPECTED
    return 0


def _serve(arguments: Arguments) -> None:
    desk_of = partial(agent_desk, read_settings())
    offer = Offer(read_only=arguments.read_only, tokens=_tokens(arguments))
    own = desk_of(arguments.agent or HEALTH)
    server = build_server(Desks(desk_of) if offer.tokens else always(own), offer)
    # What start-up made stays; looking through it again would delay every hundredth answer.
    gc.freeze()
    if arguments.transport is Transport.STDIO:
        anyio.run(serve_stdio, server)
    else:
        # Deferred: over stdio nothing needs a web server.
        from bunsui_mcp.http import build_app, serve_http

        app = build_app(server, arguments, own.freshness)
        anyio.run(serve_http, server, app, arguments)


def _tokens(arguments: Arguments) -> Tokens | None:
    if arguments.tokens:
        return Tokens(arguments.tokens)
    return Tokens(arguments.token_file, arguments.agent) if arguments.token_file else None


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
        keys = {"logger": record.name, "exc_info": record.exc_info}
        log.events("mcp").log(record.levelno, record.getMessage(), **keys)


if __name__ == "__main__":
    sys.exit(main())
