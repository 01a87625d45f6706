"""The process from which function environments are born with the SDK loaded: 30 ms, not 600.

It takes over the standard streams of a stand-in (`stand_in`) and forks a child that serves on them.
The child and its stand-in die together, and all of them with the server that started this process.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import sys
import traceback
from contextlib import suppress

import boto3

from bunsui_core.adapters.emulator.patches import descendants
from bunsui_core.adapters.emulator.patches.functions import (
    function_environment,
    function_limits,
    python_runtime,
)

LENGTH_BYTES = 8
_STREAMS = 3
_PATIENCE_SECONDS = 10.0


class Nursery:
    """Forks an environment for each stand-in that connects."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._stand_ins: dict[int, socket.socket] = {}
        self._limits = function_limits.Limits()
        self._woken, self._waker = socket.socketpair()
        self._selector = selectors.DefaultSelector()

    def serve(self, lifeline: int) -> None:
        """Work until the lifeline is cut, then end every environment."""
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for watched in (self._listener, self._woken, lifeline):
            self._selector.register(watched, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select(self._limits.pause):
                if key.fileobj == lifeline:
                    self._end_all()
                    return
                self._attend(key)
            for child in self._limits.exceeded():
                self._end(child)

    def _attend(self, key: selectors.SelectorKey) -> None:
        if key.fileobj is self._listener:
            self._take_over()
        elif key.fileobj is self._woken:
            self._reap()
        elif key.data in self._stand_ins:
            self._end(key.data)

    def _take_over(self) -> None:
        stand_in, _ = self._listener.accept()
        stand_in.settimeout(_PATIENCE_SECONDS)
        try:
            streams, environment = _received(stand_in)
        except (OSError, ValueError):
            # The stand-in died before it said what it stands in for.
            stand_in.close()
            return
        child = os.fork()
        if child == 0:
            stand_in.close()
            self._become(streams, environment)
        _lead(child)
        self._limits.add(child, environment.get(function_limits.SIZE, ""), streams[1])
        for stream in streams:
            os.close(stream)
        self._stand_ins[child] = stand_in
        self._selector.register(stand_in, selectors.EVENT_READ, data=child)

    def _become(self, streams: list[int], environment: dict[str, str]) -> None:
        """Turn this child into the environment of a function; never returns."""
        code = 1
        try:
            _lead(0)
            descendants.adopt()
            descendants.die_with_parent()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            self._selector.close()
            for held in (self._listener, self._woken, self._waker, *self._stand_ins.values()):
                held.close()
            self._limits.let_go()
            own = function_environment.of_function(environment, os.environ)
            os.environ.clear()
            os.environ.update(own)
            os.chdir(os.environ["LAMBDA_TASK_ROOT"])
            python_runtime.main()
            code = 0
        except Exception:  # noqa: BLE001 the end of a process: its log is the only listener left
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _reap(self) -> None:
        self._woken.recv(1024)
        while True:
            try:
                child, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if child == 0:
                return
            if child not in self._stand_ins:
                continue
            # It is gone; what it started may not be.
            self._end(child)
            self._limits.ended(child, status, usage)
            stand_in = self._stand_ins.pop(child)
            self._selector.unregister(stand_in)
            stand_in.close()
            descendants.end_strangers(self._stand_ins)

    def _end(self, child: int) -> None:
        """End an environment and what it started; its stand-in is gone or is let go by this."""
        with suppress(OSError):
            os.killpg(child, signal.SIGKILL)

    def _end_all(self) -> None:
        for child in self._stand_ins:
            self._end(child)
        descendants.end_all(_PATIENCE_SECONDS)


def _lead(child: int) -> None:
    """Make a child the leader of a group, so that it ends together with what it starts."""
    # Parent and child both do it: whoever comes second finds it done.
    with suppress(OSError):
        os.setpgid(child, 0)


def _received(stand_in: socket.socket) -> tuple[list[int], dict[str, str]]:
    head, streams, _, _ = socket.recv_fds(stand_in, LENGTH_BYTES, _STREAMS)
    try:
        return streams, _environment(stand_in, head)
    except (OSError, ValueError):
        for stream in streams:
            os.close(stream)
        raise


def _environment(stand_in: socket.socket, head: bytes) -> dict[str, str]:
    length, text = int.from_bytes(head, "big"), b""
    while len(text) < length:
        more = stand_in.recv(length - len(text))
        if not more:
            break
        text += more
    # Nothing, or a part of it, is not JSON: the stand-in is gone.
    environment: dict[str, str] = json.loads(text)
    return environment


def _load_the_sdk() -> None:
    """Read what every function reads when it makes its first client; children share it."""
    boto3.setup_default_session()
    # With a key given, the session does not look for credentials, which each child has of its own.
    boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="-", aws_secret_access_key="-"
    ).close()


def main() -> None:
    """Serve on the listening socket whose number is the only argument; stdin is the lifeline."""
    descendants.adopt()
    _load_the_sdk()
    descendants.share_memory()
    listener = socket.socket(fileno=int(sys.argv[1]))
    Nursery(listener).serve(0)


if __name__ == "__main__":
    main()
