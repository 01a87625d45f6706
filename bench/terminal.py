"""The terminal UI in a terminal of its own, as a person has it: keys go in, bytes come out."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

ROW = re.compile(rb"(orders|invoices|stock|customers)-\d{6}")
"""The id of a seeded session: the list is on the screen."""

LONGEST_S = 60.0
QUIET_S = 0.25


class Terminal:
    """A process in a pseudo terminal of some columns and lines; leaving the block ends it."""

    def __init__(self, command: Sequence[str], home: Path, size: tuple[int, int]) -> None:
        self.began = time.perf_counter()
        self._pid, self._fd = os.forkpty()
        if self._pid == 0:
            told = {"BUNSUI_HOME": str(home), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
            os.execve(command[0], list(command), {**os.environ, **told})
        columns, lines = size
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._seen = b""

    def until_row(self) -> float:
        """The seconds from exec until the first row of the list was written."""
        while not ROW.search(self._seen):
            self._read(LONGEST_S)
        return time.perf_counter() - self.began

    def press(self, key: bytes) -> float:
        """The seconds from a key until something was painted."""
        self.settle()
        began = time.perf_counter()
        os.write(self._fd, key)
        self._read(LONGEST_S)
        return time.perf_counter() - began

    def settle(self, quiet: float = QUIET_S) -> None:
        """Wait until nothing is written for a while, or for as long as a clock takes to tick."""
        deadline = time.perf_counter() + 2.0
        while time.perf_counter() < deadline and select.select([self._fd], [], [], quiet)[0]:
            self._read(quiet)

    def most_memory(self) -> float:
        """The most memory that the process held, in MB."""
        status = Path(f"/proc/{self._pid}/status").read_text(encoding="utf-8")
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024

    def _read(self, seconds: float) -> None:
        if not select.select([self._fd], [], [], seconds)[0]:
            raise TimeoutError(f"nothing was written within {seconds:.0f} s")
        self._seen = (self._seen + os.read(self._fd, 65_536))[-65_536:]

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Quit as a person does, and wait for the end."""
        os.write(self._fd, b"q")
        try:
            while os.read(self._fd, 65_536):
                pass
        except OSError:
            pass  # Linux says EIO when the other side has closed.
        os.close(self._fd)
        os.waitpid(self._pid, 0)


def tui(*options: str) -> list[str]:
    """The command that a person types."""
    return [str(Path(sys.executable).parent / "bunsui"), "tui", *options]
