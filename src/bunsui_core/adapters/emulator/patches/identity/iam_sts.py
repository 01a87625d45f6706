"""Sessions of roles: who gives a session tags needs the permission to tag it."""

from __future__ import annotations

import time
from collections.abc import MutableMapping, Sequence

from ministack.services import sts

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.identity import iam_request
from bunsui_core.adapters.emulator.patches.identity.iam_request import Check, Request
from bunsui_core.domain.value import Json

Sessions = MutableMapping[str, dict[str, Json]]
"""What is known of temporary credentials, by access key."""


def split(request: Request, asked: Check) -> Sequence[Check]:
    """Return the check itself, and one of sts:TagSession when the request sets session tags."""
    if any(name.startswith("Tags.") for name in request.parameters):
        return [asked, Check("sts:TagSession", asked.resource, asked.keys)]
    return [asked]


def forget_expired(sessions: Sessions, now: float) -> None:
    """Forget sessions whose time is over, while others may begin in other threads.

    Every start of a function begins one, and functions start at the same time.
    """
    for key, session in list(sessions.items()):
        expiry = session.get("Expiration")
        if isinstance(expiry, int | float) and now > expiry:
            sessions.pop(key, None)


def install() -> None:
    """Ask for sts:TagSession wherever a session is tagged; let sessions begin at the same time."""
    iam_request.split("sts", split)
    anchor.require(sts._evict_expired_sessions, "67ddc890eea7c1fa")
    sts._evict_expired_sessions = lambda: forget_expired(sts._sessions, time.time())
