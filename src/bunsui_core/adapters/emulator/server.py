"""The embedded AWS as a process: `python -m bunsui_core.adapters.emulator.server`.

It is started by the launcher, leaves its starter at once, answers on the loopback only, and tells
the launcher through a pipe that it is ready or why it cannot be.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.record import (
    ACCOUNT,
    REGION,
    Folder,
    LocalServer,
    cannot_use,
    locked,
    write_private,
)
from bunsui_core.adapters.emulator.surroundings import Options, prepare
from bunsui_core.adapters.emulator.watchdog import watch
from bunsui_core.domain.errors import BunsuiError, Unavailable

if TYPE_CHECKING:
    from hypercorn.config import Config

USUAL = Options()

_LISTEN_BACKLOG = 128


class Arguments(argparse.Namespace):
    """What the launcher says."""

    folder: Path
    port: int
    ready_fd: int
    watch_pid: int
    wait_scale: str
    accounts: bool


def main() -> None:
    """Serve until SIGTERM, or until the watched process ends."""
    arguments = _parsed()
    if os.fork():
        # The launcher waits for this exit only; the server itself belongs to nobody.
        os._exit(0)
    try:
        _serve_alone(arguments)
    except BunsuiError as error:
        _tell(arguments.ready_fd, {"message": error.message, "next_step": error.next_step})
        raise SystemExit(1) from error
    except OSError as error:
        refused = cannot_use(arguments.folder, error)
        _tell(arguments.ready_fd, {"message": refused.message, "next_step": refused.next_step})
        raise


def _parsed() -> Arguments:
    parser = argparse.ArgumentParser(prog="bunsui-embedded-aws")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ready-fd", type=int, required=True)
    parser.add_argument("--watch-pid", type=int, default=0)
    parser.add_argument("--wait-scale", default="1")
    parser.add_argument("--accounts", action="store_true")
    return parser.parse_args(namespace=Arguments())


def _serve_alone(arguments: Arguments) -> None:
    folder = Folder(arguments.folder)
    with locked(folder.life, wait=False) as alone:
        if not alone:
            raise Unavailable(
                f"Another embedded AWS is using {folder.path}.",
                "Stop it with `bunsui local down`, or set BUNSUI_HOME to another folder.",
            )
        options = Options(wait_scale=arguments.wait_scale, accounts=arguments.accounts)
        server = Server(folder, arguments.port, options)

        def ready(description: LocalServer) -> None:
            told = {"watch_pid": arguments.watch_pid, "wait_scale": arguments.wait_scale}
            folder.write_record(description.model_copy(update=told))
            write_private(folder.port, str(description.port))
            _tell(arguments.ready_fd, {})

        try:
            asyncio.run(_until_stopped(server, arguments.watch_pid, ready))
        finally:
            folder.forget_record()
            shutil.rmtree(folder.temporary, ignore_errors=True)


def _listener(folder: Folder, port: int) -> socket.socket:
    """Listen on the given port, else on that of the last start, else on a free one."""
    if port == 0 and (last := folder.last_port()):
        # Who was told the address finds the server there again.
        with suppress(Unavailable):
            return _bound(last)
    return _bound(port)


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(_LISTEN_BACKLOG)
    except OSError as error:
        listener.close()
        raise Unavailable(
            f"Port {port} of 127.0.0.1 cannot be used: {error.strerror}.",
            "Leave the port out to take a free one, or name another.",
        ) from error
    return listener


class Server:
    """The embedded AWS of a folder, in this process: one a process, for MiniStack is global."""

    def __init__(self, folder: Folder, port: int = 0, options: Options = USUAL) -> None:
        self._folder = folder
        self._options = options
        self._version = anchor.require_version()
        self._listener = _listener(folder, port)
        self.port = int(self._listener.getsockname()[1])
        self._token = prepare(folder, self.port, options)

    async def run(self, ready: Callable[[LocalServer], None], stopped: asyncio.Event) -> None:
        """Answer requests, after calling `ready` once, until told to stop; then end everything."""
        # MiniStack reads its environment when it is imported, so not before it is prepared.
        from hypercorn.asyncio import serve
        from ministack.app import app

        from bunsui_core.adapters.emulator.autosave import Autosave
        from bunsui_core.adapters.emulator.guard import ChangeNotice, Guard, when_started
        from bunsui_core.adapters.emulator.patches import restored
        from bunsui_core.adapters.emulator.patches.apply import apply_all
        from bunsui_core.adapters.emulator.patches.identity import root_key

        saver = Autosave()
        nursery = apply_all(self._folder.temporary, saver.changed)
        if self._options.accounts:
            root_key.open_accounts()
        description = _describe(self.port, self._version)

        def begin() -> None:
            if self._options.kept:
                saver.start()
            ready(description)

        def health() -> dict[str, object]:
            return {"pid": description.pid, "troubles": list(restored.troubles.values())}

        guarded = Guard(ChangeNotice(app, saver.changed), self.port, self._token, health)
        # hypercorn types scopes as closed dictionaries; ASGI leaves them open.
        await serve(
            when_started(guarded, begin),  # type: ignore[arg-type]  # as above
            _config(self._listener),
            shutdown_trigger=stopped.wait,
        )
        saver.stop()
        _end_functions()
        nursery.close()


def _config(listener: socket.socket) -> Config:
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.5
    config.loglevel = "WARNING"
    return config


def _describe(port: int, version: str) -> LocalServer:
    return LocalServer(
        url=f"http://127.0.0.1:{port}",
        port=port,
        pid=os.getpid(),
        account=ACCOUNT,
        region=REGION,
        version=version,
        started_at=datetime.now(UTC),
    )


async def _until_stopped(
    server: Server, watched: int, ready: Callable[[LocalServer], None]
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if watched:
        watch(watched, lambda: loop.call_soon_threadsafe(stopped.set))
    await server.run(ready, stopped)


def _end_functions() -> None:
    from ministack.core import lambda_runtime

    from bunsui_core.adapters.emulator.patches.fargate import ecs

    lambda_runtime.reset()
    ecs.close()


def _tell(ready_fd: int, document: dict[str, str]) -> None:
    with os.fdopen(ready_fd, "w") as pipe:
        json.dump(document, pipe)


if __name__ == "__main__":
    main()
