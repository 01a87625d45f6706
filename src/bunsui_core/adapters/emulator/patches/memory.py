"""How much memory processes use, counted together with what they started.

Without a process table in `/proc` (macOS) nothing is seen of a process that runs; there a limit
takes effect only when a process has ended and its peak is known.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

LOOK_SECONDS = 0.05
"""How often one looks at a process that has a limit."""

MEGABYTE = 1024 * 1024

_PROC = Path("/proc")


class Meter:
    """Measures processes with their descendants; it sees a new descendant a little late.

    Reading the whole process table takes milliseconds, reading one process takes microseconds:
    the table is read every so many seconds.
    """

    def __init__(self, table_seconds: float) -> None:
        self._table_seconds = table_seconds
        self._page = os.sysconf("SC_PAGE_SIZE")
        self._parents: dict[int, int] = {}
        self._read_at = float("-inf")

    def resident(self, pid: int) -> int:
        """Return the resident bytes of a process and its descendants; pages they share count twice.

        Zero when the process is gone, or where there is no process table to read.
        """
        return sum(self.of(member) for member in (pid, *self._descendants(pid)))

    def of(self, pid: int) -> int:
        """Return the resident bytes of one process."""
        try:
            return int((_PROC / str(pid) / "statm").read_text().split()[1]) * self._page
        except (OSError, IndexError):
            return 0

    def _descendants(self, pid: int) -> set[int]:
        if time.monotonic() > self._read_at + self._table_seconds:
            self._parents = parents()
            self._read_at = time.monotonic()
        found: set[int] = set()
        while more := {c for c, parent in self._parents.items() if parent in found | {pid}} - found:
            found |= more
        return found


def parents() -> dict[int, int]:
    """Return every process's parent; nothing where there is no process table to read."""
    found = {}
    for place in _PROC.glob("[0-9]*/stat"):
        try:
            # The name of the program stands in brackets and may itself hold anything.
            found[int(place.parent.name)] = int(place.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
    return found


def peak(usage: resource.struct_rusage) -> int:
    """Return the most bytes that were resident at once (getrusage(2): Linux counts kilobytes)."""
    return usage.ru_maxrss if sys.platform == "darwin" else usage.ru_maxrss * 1024
