"""`python -m bunsui_tui.web`: the terminal UI in a browser on this machine, with one worker."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from shlex import quote

from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.exits import EXITS
from bunsui_core.domain.safe import safe
from bunsui_core.log import to_file
from bunsui_core.settings import read_settings
from bunsui_core.wiring.worker import worker
from bunsui_tui.background import Background
from bunsui_tui.exits import OK, UNEXPECTED
from bunsui_tui.web.guard import HOST, Address

EXTRA = "textual-serve>=1.1,<2"
MISSING = "the browser's terminal is an extra, `web`: run `{python} -m pip install '{extra}'`."
TAKEN = "port {port} cannot be used: {why}. Choose another with --port, or leave it out."
OPEN = "open {url} in a browser on this machine. Who has this address can look; Ctrl-C ends it."


def main() -> int:
    """Serve the terminal UI until interrupted and return the exit code."""
    options = _arguments()
    if find_spec("textual_serve") is None:
        _complain(MISSING.format(python=quote(sys.executable), extra=EXTRA))
        return EXITS["bad_input"]
    try:
        settings = read_settings()
        to_file(settings.log_path)
        address = Address(options.port or _free_port(), secrets.token_urlsafe(24))
        background = None if options.no_worker else Background(partial(worker, settings), _complain)
        return _serve(address, background)
    except BunsuiError as error:
        _complain(f"{error.message} {error.next_step}")
        return EXITS.get(error.code, UNEXPECTED)


def _serve(address: Address, background: Background | None) -> int:
    os.environ["PYTHONUTF8"] = "1"  # a browser shows every sign, whatever this terminal does
    if background:
        background.start()
    try:
        asyncio.run(_until_interrupted(address))
    except OSError as error:
        _complain(TAKEN.format(port=address.port, why=(error.strerror or str(error)).lower()))
        return EXITS["unavailable"]
    finally:
        if background:
            background.stop()
            background.join()
    return OK


async def _until_interrupted(address: Address) -> None:
    # The extra that brings it may be missing; `main` has looked.
    from bunsui_tui.web.server import serve

    serving = asyncio.ensure_future(serve(address, ["--no-worker"], _ready))
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, serving.cancel)
    with suppress(asyncio.CancelledError):
        await serving


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def _ready(url: str) -> None:
    _complain(OPEN.format(url=url))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bunsui tui --web", description="bunsui in a browser.")
    parser.add_argument("--no-worker", action="store_true", help="only look and decide")
    parser.add_argument("--port", type=int, default=0, help="the port; a free one if left out")
    return parser.parse_args()


def _complain(sentence: str) -> None:
    sys.stderr.write(f"bunsui tui: {safe(sentence)}\n")


if __name__ == "__main__":
    sys.exit(main())
