"""The process that keeps one container: it starts the command, watches it and ends all of it.

It reads one JSON line, the order, from its standard input; a further line means stop, and the end
of the input, which comes with the end of the server, means kill. What the command writes goes to
this process's standard output. The pipe named by the only argument carries one JSON line when the
command has started or could not be, and one when it has ended.
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO

from bunsui_core.adapters.emulator.patches import memory

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_FAMILY_SECONDS = 0.5
_KILLED = 128 + signal.SIGKILL


@dataclass(frozen=True)
class Order:
    """What to run: `memory` in bytes or 0, `stop_seconds` between SIGTERM and SIGKILL."""

    command: list[str]
    environment: dict[str, str]
    folder: str
    memory: int
    stop_seconds: float


class Keeper:
    """Keeps a running command within its limits until it ends."""

    def __init__(self, process: subprocess.Popen[bytes], order: Order, orders: FileIO) -> None:
        self._process = process
        self._order = order
        self._orders = orders
        self._meter = memory.Meter(_FAMILY_SECONDS)
        self._own = self._meter.of(os.getpid())
        self._kill_at = float("inf")
        self._is_over = False

    def keep(self) -> dict[str, object]:
        """Wait for the end of the command, end what it left, and say how it ended."""
        woken, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(waker)
        with selectors.DefaultSelector() as selector:
            selector.register(woken, selectors.EVENT_READ)
            selector.register(self._orders, selectors.EVENT_READ)
            while (ending := self._ending()) is None:
                for key, _ in selector.select(memory.LOOK_SECONDS):
                    if key.fileobj == woken:
                        os.read(woken, 1024)
                    elif not self._obey():
                        selector.unregister(self._orders)
                self._limit()
        return ending

    def _ending(self) -> dict[str, object] | None:
        pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
        if pid == 0:
            return None
        self._process.returncode = code = os.waitstatus_to_exitcode(status)
        _end_family(pid)
        most = memory.peak(usage)
        # What was too quick to be seen while it ran shows in its peak, which begins with ours.
        allowed = max(self._order.memory, self._own)
        over = self._is_over or 0 < self._order.memory <= allowed < most
        exit_code = _KILLED if over else code if code >= 0 else 128 - code
        return {"exit_code": exit_code, "out_of_memory": over, "peak": most}

    def _obey(self) -> bool:
        """Stop or kill as told; tell whether more can be told."""
        told = self._orders.read(1024)
        if not told:
            self._signal(signal.SIGKILL)
        elif self._kill_at == float("inf"):
            self._signal(signal.SIGTERM)
            self._kill_at = time.monotonic() + self._order.stop_seconds
        return bool(told)

    def _limit(self) -> None:
        if self._order.memory and self._meter.resident(self._process.pid) > self._order.memory:
            self._is_over = True
            self._signal(signal.SIGKILL)
        if time.monotonic() > self._kill_at:
            self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        # As in a container, SIGTERM goes to its first process and SIGKILL to all.
        send = os.killpg if number == signal.SIGKILL else os.kill
        with suppress(OSError):
            send(self._process.pid, number)


def _end_family(leader: int) -> None:
    """End what a command left behind, in its group or out of it."""
    with suppress(OSError):
        os.killpg(leader, signal.SIGKILL)
    while True:
        for child, parent in memory.parents().items():
            if parent == os.getpid():
                with suppress(OSError):
                    os.kill(child, signal.SIGKILL)
        try:
            if os.waitpid(-1, 0)[0] == 0:
                return
        except ChildProcessError:
            return


def _start(order: Order) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        order.command,
        env=order.environment,
        cwd=order.folder,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _adopt_orphans() -> None:
    """Become the parent of whatever descendant loses its own, so that none gets away."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _tell(report: int, document: dict[str, object]) -> None:
    # Nobody listens any more when the server is gone.
    with suppress(OSError):
        os.write(report, json.dumps(document).encode() + b"\n")


def main() -> None:
    """Keep one container from its order to its end."""
    report, orders = int(sys.argv[1]), FileIO(0)
    order = Order(**json.loads(orders.readline()))
    _adopt_orphans()
    try:
        process = _start(order)
    except OSError as error:
        _tell(report, {"refused": error.strerror})
        return
    _tell(report, {"started": process.pid})
    _tell(report, Keeper(process, order, orders).keep())


if __name__ == "__main__":
    main()
