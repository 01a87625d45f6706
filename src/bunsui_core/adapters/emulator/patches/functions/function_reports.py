"""The REPORT line of an invocation: how much memory its environment used, and how it ended."""

from __future__ import annotations

import re
from contextvars import ContextVar

from ministack.services import cloudwatch_logs, lambda_svc

from bunsui_core.adapters.emulator.patches import anchor, memory
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_WHOLE = re.compile(r"\tDuration: (\d+) ms")

# One thread runs an invocation and then writes its log.
_peak: ContextVar[int] = ContextVar("bunsui_function_peak", default=0)
_status: ContextVar[str] = ContextVar("bunsui_function_status", default="")


def note(answer: Document, error: str) -> None:
    """Keep, for the REPORT line, what an environment used and which error ended it, if one did."""
    peak = answer.get("peak")
    _peak.set(peak if isinstance(peak, int) else 0)
    if answer.get("out_of_memory"):
        error = "Runtime.OutOfMemory"
    if error == "Sandbox.Timedout":
        _status.set("\tStatus: timeout")
    else:
        _status.set(f"\tStatus: error\tError Type: {error}" if error else "")


def _megabytes(function: Document) -> int:
    return -(-_peak.get() // memory.MEGABYTE)


def _completed(message: Json) -> Json:
    if not isinstance(message, str) or not message.startswith("REPORT RequestId: "):
        return message
    # MiniStack measures whole milliseconds; Lambda writes hundredths of them.
    return _WHOLE.sub(r"\tDuration: \1.00 ms", message, count=1) + _status.get()


def install() -> None:
    """Report memory and end of each invocation as Lambda does."""
    anchor.require(lambda_svc._probe_peak_memory_mb, "545001066205e4d5")
    append = cloudwatch_logs._append_log_events

    def append_log_events(stream: Document, events: list[Document]) -> None:
        append(stream, [{**event, "message": _completed(event["message"])} for event in events])

    lambda_svc._probe_peak_memory_mb = _megabytes
    cloudwatch_logs._append_log_events = append_log_events
