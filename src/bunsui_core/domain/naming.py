"""What an approver may be called."""

from __future__ import annotations

import re

from bunsui_core.domain.errors import BadInput

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
"""What an approver may be called; it is part of a requester's `human:NAME`."""


def must_be_usable(name: str) -> None:
    """See that a name can be told apart from others. Raises: BadInput."""
    if not NAME.fullmatch(name):
        raise BadInput(
            "an approver's name has letters, digits and . _ @ - only, at most 64.",
            "Choose another name.",
        )
