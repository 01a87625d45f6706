"""What a process and everything it started use, as Linux's process table has it."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")


def cpu_seconds(pid: int) -> float:
    """The CPU seconds of a process alone, user and system."""
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid: int) -> float:
    """The proportional set size of a process: shared pages count once among those who share."""
    rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    kilobytes = next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:"))
    return round(int(kilobytes) / 1024, 1)


def children(pid: int) -> list[int]:
    """The processes that a process started and what they started, however deep."""
    parents: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(stat.parent.name))
    found, pending = [], [pid]
    while pending:
        more = parents.get(pending.pop(), [])
        found += more
        pending += more
    return found
