"""Whether a worker may believe its clock: what has expired once never comes back."""

from __future__ import annotations

from datetime import datetime, timedelta

from bunsui_core.ports.store import Heartbeat

TOLERANCE = timedelta(minutes=1)
"""How far the clocks of two machines may be apart."""


def seen_at(now: datetime, heartbeat: Heartbeat) -> str:
    """Say that a worker is here now, and return why its clock is not to be believed.

    A clock that stands before the last worker's moment was set back, or was ahead then; the later
    moment stays known.
    """
    last = heartbeat.last()
    if last is None or last.at - now <= TOLERANCE:
        heartbeat.beat(now)
        return ""
    return (
        f"the clock says {now:%Y-%m-%d %H:%M}, and a worker was here at {last.at:%Y-%m-%d %H:%M}: "
        "until then nothing is executed, so that nothing that expired is"
    )
