"""Starts the nursery of function environments when the first function runs."""

from __future__ import annotations

import inspect
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from ministack.core import lambda_runtime

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.functions import (
    environments,
    function_environment,
    stand_in,
)

_PROGRAM = "bunsui_core.adapters.emulator.patches.functions.nursery_program"
_END_SECONDS = 5.0
_BACKLOG = 64


class Nursery:
    """The nursery's process, as the server sees it."""

    def __init__(self, temporary: Path) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._listener = socket.socket(socket.AF_UNIX)
        # Relative, because the path of a Unix socket has at most a hundred characters.
        place = os.path.relpath(temporary / Path(stand_in.NURSERY).name)
        self._listener.bind(place)
        self._listener.listen(_BACKLOG)

    def ensure(self) -> None:
        """Start the process if it does not run; who connects meanwhile is served when it does."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                number = self._listener.fileno()
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", _PROGRAM, str(number)],
                    env=function_environment.of_nursery(os.environ),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    pass_fds=(number,),
                )

    def close(self) -> None:
        """End the process, and with it every environment."""
        with self._lock:
            self._listener.close()
            if self._process is None:
                return
            try:
                self._process.communicate(timeout=_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def install(temporary: Path) -> Nursery:
    """Let Python functions run in environments from a nursery, and return it."""
    anchor.require(lambda_runtime._detect_runtime_binary, "222e200df2c093f8")
    anchor.require(lambda_runtime.Worker._spawn, "c55febf956565c5e")
    detect = lambda_runtime._detect_runtime_binary
    nursery = Nursery(temporary)
    program = inspect.getsource(stand_in)

    def runtime(name: str) -> tuple[str, str]:
        if not name.startswith("python"):
            binary, script = detect(name)
            return str(binary), str(script)
        nursery.ensure()
        return sys.executable, program

    lambda_runtime._detect_runtime_binary = runtime
    environments.install()
    return nursery
