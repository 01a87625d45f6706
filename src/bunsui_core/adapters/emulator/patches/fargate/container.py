"""One container of a task: a local process under a keeper that ends it with the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import BufferedReader, FileIO

from bunsui_core.adapters.emulator.patches.fargate.container_program import Order

_PROGRAM = "bunsui_core.adapters.emulator.patches.fargate.container_program"
# All that a keeper needs to find itself; the command has an environment of its own.
_KEPT = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
# Docker cuts lines there.
_LONGEST_LINE = 16 * 1024


class CannotStart(Exception):
    """The command cannot be started; carries the reason in the words of the system."""


@dataclass(frozen=True)
class Ending:
    """How a container ended: its exit code, and whether it was killed for its memory."""

    exit_code: int
    out_of_memory: bool = False


class Container:
    """A command that runs."""

    def __init__(self, order: Order) -> None:
        """Start a command.

        Raises:
            CannotStart: there is no such program, or it may not be run.
        """
        reading, writing = os.pipe()
        try:
            self._keeper = subprocess.Popen(
                [sys.executable, "-P", "-m", _PROGRAM, str(writing)],
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                pass_fds=(writing,),
            )
        finally:
            os.close(writing)
        assert self._keeper.stdout is not None
        self._output = BufferedReader(FileIO(self._keeper.stdout.fileno(), closefd=False))
        self._report = os.fdopen(reading, "rb")
        self._tell(json.dumps(asdict(order)))
        said = self._heard()
        if "started" not in said:
            self._close()
            raise CannotStart(str(said.get("refused", "its keeper died")))

    def follow(self, wrote: Callable[[str], None]) -> Ending:
        """Pass on every line the command writes until it has ended; return how."""
        while line := self._output.readline(_LONGEST_LINE):
            wrote(line.decode(errors="replace").rstrip("\r\n"))
        said = self._heard()
        self._close()
        code = said.get("exit_code")
        # A keeper that was killed took its command with it.
        return Ending(code if isinstance(code, int) else 137, said.get("out_of_memory") is True)

    def stop(self) -> None:
        """Ask the command to end, and kill it when it does not."""
        self._tell("stop")

    def kill(self) -> None:
        """End the command, and all that it started, at once."""
        assert self._keeper.stdin is not None
        with suppress(OSError):
            self._keeper.stdin.close()

    def _tell(self, line: str) -> None:
        assert self._keeper.stdin is not None
        with suppress(OSError, ValueError):
            self._keeper.stdin.write(line.encode() + b"\n")
            self._keeper.stdin.flush()

    def _heard(self) -> dict[str, object]:
        line = self._report.readline()
        document: dict[str, object] = json.loads(line) if line else {}
        return document

    def _close(self) -> None:
        for stream in (self._keeper.stdin, self._keeper.stdout, self._report):
            assert stream is not None
            with suppress(OSError):
                stream.close()
        self._keeper.wait()
