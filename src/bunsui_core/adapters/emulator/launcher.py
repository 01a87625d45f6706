"""Starts and stops the embedded AWS, one per home; it outlives the process that started it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bunsui_core.adapters.emulator.contents import contents
from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.record import (
    HEALTH_PATH,
    Folder,
    LocalServer,
    cannot_use,
    locked,
)
from bunsui_core.adapters.emulator.watchdog import wait_for_end
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.value import Json

_START_SECONDS = 60.0
_ANSWER_SECONDS = 5.0
_STOP_SECONDS = 10.0
_LOOK_SECONDS = 0.02
_TAIL_LINES = 12
# All that the server may know of its starter's environment.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


def up(
    home: Path,
    port: int = 0,
    *,
    watch_pid: int | None = None,
    wait_scale: float | str = 1.0,
    progress: Callable[[str], None] | None = None,
) -> LocalServer:
    """Return the embedded AWS of this home, started if it does not run yet.

    A server that this call starts ends when the process `watch_pid` ends, if one is named, and
    multiplies the waits and retry pauses of state machines by `wait_scale`.

    Raises:
        Unavailable: the extra `local` is missing, the port is taken, or the server died.
    """
    anchor.require_version()
    folder = Folder.of(home)
    try:
        return _up(folder, port, _command(folder, port, watch_pid, wait_scale), progress)
    except OSError as error:
        raise cannot_use(folder.path, error) from error


def _up(
    folder: Folder, port: int, command: list[str], progress: Callable[[str], None] | None
) -> LocalServer:
    home = folder.path.parent
    folder.prepare()
    with locked(folder.door, wait=True):
        running = status(home)
        if running is None:
            return _start(folder, command, progress)
        if port not in (0, running.port):
            raise Unavailable(
                f"The embedded AWS of {home} is running on port {running.port} already.",
                "Stop it with `bunsui local down` to start it on another port.",
            )
        if not folder.has_all_credentials:
            _make_users(running, folder, progress)
        return running


def _start(
    folder: Folder, command: list[str], progress: Callable[[str], None] | None
) -> LocalServer:
    _say(progress, "starting the embedded AWS")
    server = _started(folder, command)
    _make_users(server, folder, progress)
    told = server.model_copy(update={"troubles": _troubles(_answer(server) or {})})
    for trouble in told.troubles:
        _say(progress, trouble)
    return told


def _make_users(
    server: LocalServer, folder: Folder, progress: Callable[[str], None] | None
) -> None:
    # Deferred: boto3 costs 0.15 s, which asking for a running server need not pay.
    from bunsui_core.adapters.emulator.actors import ensure_actors

    _say(progress, "making its users")
    ensure_actors(server, folder)


@dataclass(frozen=True)
class Reset:
    """What a reset removed, and the server that runs again, if one ran before."""

    removed: Mapping[str, int]
    server: LocalServer | None


def reset(home: Path, progress: Callable[[str], None] | None = None) -> Reset:
    """Empty the embedded AWS of this home; one that runs is ended and comes back empty.

    It comes back at the same address, with the same root key and with new keys for the others.
    """
    folder = Folder.of(home)
    if not folder.path.exists():
        return Reset({}, None)
    with locked(folder.door, wait=True):
        before = status(home)
        if before:
            _say(progress, "stopping the embedded AWS")
        down(home)
        removed = contents(folder)
        folder.empty()
        if before is None:
            return Reset(removed, None)
        told = _command(folder, before.port, before.watch_pid, before.wait_scale)
        return Reset(removed, _start(folder, told, progress))


def down(home: Path) -> bool:
    """Stop the embedded AWS of this home and wait for its end; tell whether it was running."""
    folder = Folder.of(home)
    if not folder.path.exists() or _is_free(folder):
        folder.forget_record()
        return False
    server = folder.read_record()
    if server is None:
        raise Unavailable(
            f"An embedded AWS is starting or stopping in {folder.path}.", "Try again in a moment."
        )
    if not _ended(folder, server.pid, signal.SIGTERM):
        _ended(folder, server.pid, signal.SIGKILL)
    folder.forget_record()
    return True


def status(home: Path) -> LocalServer | None:
    """Return the embedded AWS of this home when it runs and answers.

    Raises:
        Unavailable: it runs and does not answer.
    """
    folder = Folder.of(home)
    server = folder.read_record()
    if server is None:
        return None
    deadline = time.monotonic() + _ANSWER_SECONDS
    while not _is_free(folder):
        said = _answer(server)
        if said:
            return server.model_copy(update={"troubles": _troubles(said)})
        # A killed process keeps its lock for a moment after its socket is gone.
        if time.monotonic() > deadline:
            raise Unavailable(
                f"The embedded AWS (process {server.pid}) does not answer at {server.url}.",
                "Stop it with `bunsui local down` and start it again.",
            )
        time.sleep(_LOOK_SECONDS)
    folder.forget_record()
    return None


def _say(progress: Callable[[str], None] | None, what: str) -> None:
    if progress:
        progress(what)


def _is_free(folder: Folder) -> bool:
    """Tell whether no server lives in the folder; the kernel frees the lock of a killed one."""
    with locked(folder.life, wait=False) as free:
        return free


def _answer(server: LocalServer) -> dict[str, Json] | None:
    """Return what the server says of itself, if it is the one that answers."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", HEALTH_PATH)
        said = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return said if isinstance(said, dict) and said.get("pid") == server.pid else None


def _troubles(said: dict[str, Json]) -> tuple[str, ...]:
    told = said.get("troubles")
    return tuple(str(one) for one in told) if isinstance(told, list) else ()


def _command(
    folder: Folder, port: int, watch_pid: int | None, wait_scale: float | str
) -> list[str]:
    module = "bunsui_core.adapters.emulator.server"
    command = [sys.executable, "-P", "-m", module, "--folder", str(folder.path.absolute())]
    command += ["--port", str(port), "--wait-scale", str(wait_scale)]
    return [*command, "--watch-pid", str(watch_pid)] if watch_pid else command


def _environment(folder: Folder) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    own = str(folder.path.absolute())
    return {**passed_on, "HOME": own, "TMPDIR": str(folder.temporary.absolute())}


def _started(folder: Folder, command: list[str]) -> LocalServer:
    reader, writer = os.pipe()
    try:
        # Each start has a log of its own: what it says is about this start.
        with folder.log.open("wb") as log:
            folder.log.chmod(0o600)
            with subprocess.Popen(
                [*command, "--ready-fd", str(writer)],
                env=_environment(folder),
                cwd=folder.path,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(writer,),
                start_new_session=True,
            ):
                # The first process leaves as soon as the server is on its own; what is needed when
                # the server answers is loaded meanwhile.
                _load_clients()
    finally:
        os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = _read_all(pipe.fileno())
    server = folder.read_record()
    if said == {} and server is not None:
        return server
    raise _failure(folder, said)


def _load_clients() -> None:
    from bunsui_core.adapters.emulator import access

    for service in ("iam", "sts"):
        access.load_model(service)


def _read_all(handle: int) -> dict[str, str] | None:
    """Return the document the server sends, or nothing when it died or did not get ready."""
    text = b""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(handle, 65536) if ready else b""
        if not chunk:
            break
        text += chunk
    if not text:
        return None
    document: dict[str, str] = json.loads(text)
    return document


def _failure(folder: Folder, said: dict[str, str] | None) -> Unavailable:
    if said:
        return Unavailable(said["message"], said["next_step"])
    tail = "\n".join(folder.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:])
    return Unavailable(
        f"The embedded AWS could not be started. The last lines of its log:\n{tail}\n",
        f"The whole log is {folder.log}.",
    )


def _ended(folder: Folder, pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return True
    return wait_for_end(pid, _STOP_SECONDS) and _is_free(folder)
