"""The embedded AWS as a process: `python -m bunsui_core.adapters.emulator.server`.

It is started by the launcher, leaves its starter at once, answers on the loopback only, and tells
the launcher through a pipe that it is ready or why it cannot be.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.record import (
    ACCOUNT,
    REGION,
    Credentials,
    Folder,
    LocalServer,
    locked,
    write_private,
)
from bunsui_core.adapters.emulator.watchdog import watch
from bunsui_core.domain.errors import BunsuiError, Unavailable

if TYPE_CHECKING:
    from hypercorn.config import Config

    from bunsui_core.adapters.emulator.guard import Application

_LISTEN_BACKLOG = 128


class Arguments(argparse.Namespace):
    """What the launcher says."""

    folder: Path
    port: int
    ready_fd: int
    watch_pid: int
    wait_scale: str


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


def _parsed() -> Arguments:
    parser = argparse.ArgumentParser(prog="bunsui-embedded-aws")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ready-fd", type=int, required=True)
    parser.add_argument("--watch-pid", type=int, default=0)
    parser.add_argument("--wait-scale", default="1")
    return parser.parse_args(namespace=Arguments())


def _serve_alone(arguments: Arguments) -> None:
    folder = Folder(arguments.folder)
    with locked(folder.life, wait=False) as alone:
        if not alone:
            raise Unavailable(
                f"Another embedded AWS is using {folder.path}.",
                "Stop it with `bunsui local down`, or set BUNSUI_HOME to another folder.",
            )
        version = anchor.require_version()
        listener = _listener(folder, arguments.port)
        token = _prepare(folder, listener.getsockname()[1], arguments.wait_scale)
        try:
            _serve(arguments, folder, listener, (version, token))
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


def _prepare(folder: Folder, port: int, wait_scale: str) -> str:
    """Set the environment that MiniStack reads when it is imported; return the admin token."""
    shutil.rmtree(folder.temporary, ignore_errors=True)
    folder.prepare()
    token = secrets.token_urlsafe(32)
    write_private(folder.token, token)
    root = folder.read_credentials("root")
    if root is None:
        root = Credentials(
            access_key_id=f"AKIA{secrets.token_hex(8).upper()}",
            secret_access_key=secrets.token_urlsafe(30),
        )
        folder.write_credentials("root", root)
    os.environ.update(_settings(folder, port, wait_scale))
    os.environ["AWS_ACCESS_KEY_ID"] = root.access_key_id
    os.environ["AWS_SECRET_ACCESS_KEY"] = root.secret_access_key
    return token


def _settings(folder: Folder, port: int, wait_scale: str) -> dict[str, str]:
    return {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",
        "LAMBDA_EXECUTOR": "local",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder.objects),
        "TMPDIR": str(folder.temporary),
        "LOG_LEVEL": "WARNING",
        "SFN_WAIT_SCALE": wait_scale,
        "AWS_EC2_METADATA_DISABLED": "true",
        # All that functions talk to is on this machine; on macOS it also keeps a forked child from
        # asking the system for proxies, which it may not.
        "NO_PROXY": "127.0.0.1",
    }


def _serve(
    arguments: Arguments, folder: Folder, listener: socket.socket, identity: tuple[str, str]
) -> None:
    # MiniStack reads its environment when it is imported, so not before _prepare.
    from hypercorn.config import Config
    from ministack.app import app

    from bunsui_core.adapters.emulator.autosave import Autosave
    from bunsui_core.adapters.emulator.guard import ChangeNotice, Guard, when_started
    from bunsui_core.adapters.emulator.patches.apply import apply_all

    version, token = identity
    saver = Autosave()
    nursery = apply_all(folder.temporary, saver.changed)
    server = _describe(listener.getsockname()[1], version)

    def ready() -> None:
        saver.start()
        folder.write_record(server)
        write_private(folder.port, str(server.port))
        _tell(arguments.ready_fd, {})

    guarded = Guard(ChangeNotice(app, saver.changed), server.port, token, {"pid": server.pid})
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.5
    config.loglevel = "WARNING"
    asyncio.run(_until_stopped(when_started(guarded, ready), config, arguments.watch_pid))
    saver.stop()
    _end_functions()
    nursery.close()


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


async def _until_stopped(application: Application, config: Config, watched: int) -> None:
    from hypercorn.asyncio import serve

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if watched:
        watch(watched, lambda: loop.call_soon_threadsafe(stopped.set))
    stop = stopped.wait
    # hypercorn types scopes as closed dictionaries; ASGI leaves them open.
    await serve(application, config, shutdown_trigger=stop)  # type: ignore[arg-type]  # as above


def _end_functions() -> None:
    from ministack.core import lambda_runtime

    lambda_runtime.reset()


def _tell(ready_fd: int, document: dict[str, str]) -> None:
    with os.fdopen(ready_fd, "w") as pipe:
        json.dump(document, pipe)


if __name__ == "__main__":
    main()
