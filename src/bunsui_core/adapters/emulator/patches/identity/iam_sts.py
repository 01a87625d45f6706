"""Sessions of roles: who gives a session tags needs the permission to tag it."""

from __future__ import annotations

from collections.abc import Sequence

from bunsui_core.adapters.emulator.patches.identity import iam_request
from bunsui_core.adapters.emulator.patches.identity.iam_request import Check, Request


def split(request: Request, asked: Check) -> Sequence[Check]:
    """Return the check itself, and one of sts:TagSession when the request sets session tags."""
    if any(name.startswith("Tags.") for name in request.parameters):
        return [asked, Check("sts:TagSession", asked.resource, asked.keys)]
    return [asked]


def install() -> None:
    """Ask for sts:TagSession wherever a session is tagged."""
    iam_request.split("sts", split)
