"""The lines of a running session's operations as they come, until it ends or Ctrl-C."""

from __future__ import annotations

import threading

from bunsui_cli.envelope import Answer, answered, as_text
from bunsui_cli.output import for_people, narrate, reader_may_leave, write
from bunsui_cli.watching import EVERY_S, looks
from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.answer import OperationLogs, Source
from bunsui_core.domain.following import Followed, Shown

NO_WORKER = "No worker is running: what runs goes on, but no further job will start."

NOTHING_YET = "Nothing new is written yet; lines are shown as they come. Ctrl-C stops."


def keep_following(
    desk: AgentDesk, session_id: str, job: str, as_json: bool, every: float = EVERY_S
) -> None:
    """Write the new lines of each look; for a program an envelope for each operation that has some.

    Raises: NotFound, NotAuthorised; Unavailable when the first look is in vain.
    """
    shown, before = Shown(), ""

    def look() -> Followed:
        return desk.follow(session_id, job, shown)

    if desk.session(session_id).freshness.source is Source.LIVE:
        narrate(NO_WORKER)
    with reader_may_leave():
        for found in looks(look, threading.Event(), every):
            if not (shown.has_begun or found.parts or found.is_over):
                narrate(NOTHING_YET)
            shown = found.shown
            for part in found.parts:
                before = _show(part, before, desk, as_json)
            if found.is_over:
                break
    narrate(f"session {session_id} is {desk.session(session_id).session.status.value}.")


def _show(part: OperationLogs, before: str, desk: AgentDesk, as_json: bool) -> str:
    """Write a part and return which operation wrote it."""
    if not for_people(as_json):
        write(as_text(answered(Answer("sessions-logs", part, desk.live())), for_eyes=False))
        return ""
    # Only a terminal pays for rich.
    from bunsui_cli.views.following import paint

    return paint(part, before)
