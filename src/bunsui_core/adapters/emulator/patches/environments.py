"""What becomes of a function's environment that ended: its pipes are closed at once."""

from __future__ import annotations

import subprocess
from contextlib import suppress

from ministack.core import lambda_runtime

from bunsui_core.adapters.emulator.patches import anchor


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
        try:
            spawn(environment)
        except BaseException:
            environment.kill()
            raise

    lambda_runtime._collect = collected
    lambda_runtime.Worker._read_stderr = _read_log
    lambda_runtime.Worker._spawn = begun


def _read_log(environment: lambda_runtime.Worker) -> None:
    source, lines = environment._proc.stderr, environment._stderr_queue
    with source:
        for line in source:
            lines.put(line.rstrip("\n"))
