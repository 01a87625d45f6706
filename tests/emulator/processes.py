"""The processes that belong to a home, found in the system's own table."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")
NEEDED = "needs Linux's process table"


def of_home(home: Path) -> dict[int, str]:
    """Every living process that works in a home or was told its name, by id, with its command."""
    found = {}
    for entry in PROC.glob("[0-9]*"):
        pid = int(entry.name)
        if pid == os.getpid() or not is_alive(pid):
            continue
        told = b"\0".join(content(entry / name) for name in ("cmdline", "environ"))
        place = os.fsencode(home.absolute())
        if place in told or _place(entry).startswith(place):
            found[pid] = content(entry / "cmdline").replace(b"\0", b" ").decode(errors="replace")
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried does not."""
    state = content(PROC / str(pid) / "stat").rpartition(b")")[2].split()[:1]
    return state not in ([], [b"Z"], [b"X"])


def content(file: Path) -> bytes:
    """What is in a file that may be gone meanwhile."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _place(entry: Path) -> bytes:
    try:
        return os.fsencode((entry / "cwd").readlink())
    except OSError:
        return b""
