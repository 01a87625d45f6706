"""The embedded AWS, for the front ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bunsui_core.adapters.emulator.launcher import down, reset, status, up
from bunsui_core.adapters.emulator.record import LocalServer
from bunsui_core.adapters.local.control.forget import forget
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import Refused
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.store import read_store
from bunsui_core.wiring.written import written

REQUESTS = 200
"""How many of the newest requests are looked at."""


@dataclass(frozen=True)
class Referring:
    """What in the store names executions of the embedded AWS."""

    sessions: int
    open_sessions: int
    waiting_requests: int


@dataclass(frozen=True)
class Emptied:
    """What an embedded AWS held before it was emptied, and where it runs, if it does."""

    removed: Mapping[str, int]
    url: str


def local_up(
    settings: Settings, port: int = 0, progress: Callable[[str], None] | None = None
) -> LocalServer:
    """Start the embedded AWS of this home, or return the one that runs. Raises: Unavailable."""
    return up(settings.home, port, progress=progress)


def local_down(settings: Settings) -> bool:
    """Stop the embedded AWS of this home; whether one was running."""
    return down(settings.home)


def local_status(settings: Settings) -> LocalServer | None:
    """Return the embedded AWS of this home, if it runs. Raises: Unavailable."""
    return status(settings.home)


def local_reset(settings: Settings, progress: Callable[[str], None] | None = None) -> Emptied:
    """Empty the embedded AWS of this home, which then runs if it ran.

    Raises: Unavailable; Refused when a record of decisions that is not ours to remove is in it.
    """
    if settings.is_shared:
        may_forget_store(settings)
    done = reset(settings.home, progress)
    return Emptied(done.removed, done.server.url if done.server else "")


def referring(settings: Settings) -> Referring:
    """Return what in the store of this home refers to executions. Raises: StoreDamaged."""
    if not (settings.is_shared or settings.store_path.exists()):
        return Referring(0, 0, 0)
    kept = read_store(settings)
    asked = reading_desk(settings).approvals(REQUESTS)
    return Referring(
        sessions=kept.sessions.page(SessionFilter(), 1, "").total,
        open_sessions=len(kept.sessions.open_ids()),
        waiting_requests=sum(one.status.is_open for one in asked),
    )


def may_forget_store(settings: Settings) -> None:
    """Pass when the store of this home may be removed.

    Raises: Refused when the home has approvers of its own, whose record is not ours to remove.
    """
    if not (settings.is_shared or settings.store_path.exists()):
        return
    known = written(settings, "approver").trust.trusted()
    if not all(approver.is_demo for approver in known):
        raise Refused(
            "this home has approvers of its own, and its record of decisions is theirs.",
            f"If you mean it, remove {settings.home} yourself.",
        )


def forget_store(settings: Settings) -> None:
    """Remove all that bunsui stored in this home, the demo's key with it. Raises: Unavailable."""
    forget((settings.store_path, settings.inbox_path), (settings.blobs_path, settings.keys_path))
