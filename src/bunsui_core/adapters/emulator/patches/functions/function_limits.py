"""The memory that function environments may use, and the last word on one that ended.

The nursery asks it, often enough, who uses too much, and tells it who has ended.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from contextlib import suppress
from dataclasses import dataclass

from bunsui_core.adapters.emulator.patches import memory

SIZE = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
"""The variable in which an environment is told its megabytes."""

# Environments at rest are looked at now and then: only what works can grow.
_REST_SECONDS = 0.25
_ROUSED_SECONDS = 2.0
_FAMILY_SECONDS = 2.0


@dataclass
class _Environment:
    limit: int
    answers: int
    resident: int = 0
    is_over: bool = False


class Limits:
    """The environments that live, each with its limit."""

    def __init__(self) -> None:
        self._meter = memory.Meter(_FAMILY_SECONDS)
        self._living: dict[int, _Environment] = {}
        self._grew_at = 0.0

    def add(self, child: int, size: str, answers: int) -> None:
        """Watch an environment of so many megabytes that answers on a file descriptor."""
        limit = int(size) * memory.MEGABYTE if size.isdigit() else 0
        self._living[child] = _Environment(limit, os.dup(answers))
        self._grew_at = time.monotonic()

    def let_go(self) -> None:
        """Close what this process holds of the environments; for a child of the nursery."""
        for environment in self._living.values():
            os.close(environment.answers)

    @property
    def pause(self) -> float | None:
        """Seconds after which one must look again; None while there is nothing to look at."""
        if not self._living:
            return None
        is_roused = time.monotonic() < self._grew_at + _ROUSED_SECONDS
        return memory.LOOK_SECONDS if is_roused else _REST_SECONDS

    def exceeded(self) -> list[int]:
        """Return the environments that use more than they may."""
        for child, environment in self._living.items():
            resident = self._meter.resident(child)
            if resident > environment.resident:
                self._grew_at = time.monotonic()
            environment.resident = resident
            environment.is_over |= 0 < environment.limit < resident
        return [child for child, environment in self._living.items() if environment.is_over]

    def ended(self, child: int, status: int, usage: resource.struct_rusage) -> None:
        """Answer in the place of an environment that ended without an answer."""
        environment = self._living.pop(child)
        code, most = os.waitstatus_to_exitcode(status), memory.peak(usage)
        over = environment.is_over or (0 < environment.limit < most and code == -signal.SIGKILL)
        answer = {
            "status": "error",
            "error": _last_word(code),
            "peak": environment.limit if over else most,
            "out_of_memory": over,
        }
        # The reader may be gone, or still be at an answer that was cut off in its middle.
        with suppress(OSError):
            os.set_blocking(environment.answers, False)
            os.write(environment.answers, f"\n{json.dumps(answer)}\n".encode())
        os.close(environment.answers)


def stay_within(size: str) -> int:
    """Return the peak of this process in bytes; above so many megabytes, end it for that.

    What was too quick to be seen from outside is found here.
    """
    most = memory.peak(resource.getrusage(resource.RUSAGE_SELF))
    if size.isdigit() and most > int(size) * memory.MEGABYTE:
        os.kill(os.getpid(), signal.SIGKILL)
    return most


def _last_word(code: int) -> str:
    if code == 0:
        return "Runtime exited without providing a reason"
    # The words of Go's os package, in which Lambda's own runtime reports.
    how = f"signal: {str(signal.strsignal(-code)).lower()}" if code < 0 else f"exit status {code}"
    return f"Runtime exited with error: {how}"
