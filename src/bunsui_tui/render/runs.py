"""The last runs of a pipeline: how long one usually takes, and how they went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bunsui_core.domain.session import SessionStatus, SessionSummary
from bunsui_tui.render.times import typical


def usual(runs: Sequence[SessionSummary]) -> timedelta:
    """Return the median duration of the runs that ended, those that went well if there are any."""
    ended = [one for one in runs if one.stopped_at]
    well = [one for one in ended if one.status is SessionStatus.SUCCEEDED]
    return typical(one.stopped_at - one.created_at for one in well or ended if one.stopped_at)
