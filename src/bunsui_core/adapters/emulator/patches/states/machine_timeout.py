"""The TimeoutSeconds of a machine: an execution that takes longer ends as TIMED_OUT.

The time is real time whatever the pace of waits is, and starts anew with each redrive.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bunsui_core.adapters.emulator.patches.states import history
from bunsui_core.adapters.emulator.patches.states.history import Document


@contextmanager
def limited(execution: Document, definition: Document) -> Iterator[None]:
    """End an execution when its machine's time is over before this block is."""
    seconds = definition.get("TimeoutSeconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        yield
        return
    # In the context of the walk, so that it cannot end what a redrive has begun meanwhile.
    run = contextvars.copy_context().run
    timer = threading.Timer(seconds, run, (_time_out, execution))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _time_out(execution: Document) -> None:
    # As recorded: neither the event nor DescribeExecution names an error or a cause.
    history.close(execution, "ExecutionTimedOut", {}, status="TIMED_OUT")
