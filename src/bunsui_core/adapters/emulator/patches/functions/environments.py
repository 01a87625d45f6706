"""A function's environment begins or ends in time, and its log is kept within bounds."""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress

from ministack.core import lambda_runtime

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.functions.python_runtime import END_OF_LOG

# It says after ten seconds at the latest that it takes invocations.
_BEGIN_SECONDS = 20.0
# CloudWatch Logs quotas: a log event has at most 256 KB (of characters, here).
_LONGEST_EVENT = 256 * 1024
_LONGEST_LOG = 4 * 1024 * 1024
_TOO_LONG = (
    f"[the log of this invocation is longer than {_LONGEST_LOG >> 20} MB; the rest is left out]"
)


def install() -> None:
    """Close the pipes of environments that ended, and let one that cannot begin end."""
    anchor.require(lambda_runtime._collect, "16607ef8fd4668d1")
    anchor.require(lambda_runtime.Worker._read_stderr, "d8eb30038f94ee61")
    anchor.require(lambda_runtime.Worker._spawn, "c55febf956565c5e")
    collect, spawn = lambda_runtime._collect, lambda_runtime.Worker._spawn

    def collected(process: subprocess.Popen[str] | None, deadline: float) -> None:
        collect(process, deadline)
        for pipe in (process.stdin, process.stdout) if process else ():
            # What a dead environment did not read cannot be written any more.
            with suppress(OSError):
                if pipe:
                    pipe.close()

    def begun(environment: lambda_runtime.Worker) -> None:
        # One that died by itself still has its pipes; what it started reads their end.
        environment.kill()
        limit = threading.Timer(_BEGIN_SECONDS, lambda: lambda_runtime._signal(environment._proc))
        limit.daemon = True
        limit.start()
        try:
            spawn(environment)
        except BaseException:
            environment.kill()
            raise
        finally:
            limit.cancel()

    lambda_runtime._collect = collected
    lambda_runtime.Worker._read_stderr = _read_log
    lambda_runtime.Worker._spawn = begun


def _read_log(environment: lambda_runtime.Worker) -> None:
    """Pass on what an environment writes, a piece at a time, so much for each invocation."""
    source, lines = environment._proc.stderr, environment._stderr_queue
    source.reconfigure(errors="replace")
    kept = 0
    with source:
        for piece in iter(lambda: source.readline(_LONGEST_EVENT), ""):
            line = piece.rstrip("\n")
            if line == END_OF_LOG:
                kept = 0
            elif kept > _LONGEST_LOG:
                continue
            else:
                # A line counts as an event, however short it is.
                kept += max(len(line), 64)
            lines.put(_TOO_LONG if kept > _LONGEST_LOG else line)
