"""A Task that hands out a token and waits until somebody answers it (`.waitForTaskToken`)."""

from __future__ import annotations

import time

from bunsui_core.adapters.emulator.patches.tasks.integration import Call, Caller
from bunsui_core.adapters.emulator.patches.tasks.task_events import TimedOut
from bunsui_core.adapters.emulator.patches.tasks.task_token import Ticket
from bunsui_core.domain.value import Json

SUFFIX = ".waitForTaskToken"


def call(request: Call, perform: Caller) -> Json:
    """Call the service, then wait for the answer to the token that the Task's context holds."""
    with Ticket(token_of(request)) as ticket:
        request.events.submitted(perform(request))
        ticket.heard = time.monotonic()
        return answer_to(ticket, request)


def token_of(request: Call) -> str:
    """Return the token of an attempt."""
    task = request.context["Task"]
    assert isinstance(task, dict)
    return str(task["Token"])


def answer_to(ticket: Ticket, request: Call) -> Json:
    """Wait for the answer to a token and return the output that was sent.

    Raises:
        sf._ExecutionError: the failure that was sent, or `TimedOut`.
        history.Closed: the execution was closed meanwhile.
    """
    while True:
        ends = _ends(ticket, request)
        if request.has_happened(lambda: ticket.is_answered, ends, ticket.token):
            return ticket.result()
        now = time.monotonic()
        if request.deadline is not None and now >= request.deadline:
            raise TimedOut
        # Meanwhile the heart may have beaten.
        if now >= (_ends(ticket, request) or now):
            raise TimedOut(silent=True)


def _ends(ticket: Ticket, request: Call) -> float | None:
    """Return when the attempt times out if nothing more is heard, if ever."""
    silent = None if request.heartbeat is None else ticket.heard + request.heartbeat
    moments = [moment for moment in (request.deadline, silent) if moment is not None]
    return min(moments, default=None)
