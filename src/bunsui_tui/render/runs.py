"""The last runs of a pipeline: how long one usually takes, and how they went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.text import Text

from bunsui_core.domain.session import SessionStatus, SessionSummary
from bunsui_tui.render.signs import SESSIONS
from bunsui_tui.render.times import bar, took, typical


def usual(runs: Sequence[SessionSummary]) -> timedelta:
    """Return the median duration of the runs that ended, those that went well if there are any."""
    ended = [one for one in runs if one.stopped_at]
    well = [one for one in ended if one.status is SessionStatus.SUCCEEDED]
    return typical(one.stopped_at - one.created_at for one in well or ended if one.stopped_at)


def spark(runs: Sequence[SessionSummary], now: datetime) -> Text:
    """Return a mark for each run, oldest first: how long it took, or that it failed."""
    length = usual(runs)
    line = Text()
    for run in reversed(runs):
        mark, style = SESSIONS[run.status]
        if run.status is SessionStatus.SUCCEEDED:
            mark = bar(took(run.created_at, run.stopped_at, now), length)
        line.append("▁" if mark == " " else mark, style)
    return line
