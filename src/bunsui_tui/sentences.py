"""An error as one line of a screen."""

from __future__ import annotations

from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.safe import safe


def sentence_of(error: BunsuiError) -> str:
    """Return what is wrong and what to do next, on one line."""
    return safe(" ".join(f"{error.message} {error.next_step}".split()), 400, newlines=False)
