"""What a shell may complete a word to: names and ids of the store, never AWS."""

from __future__ import annotations

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.settings import read_settings
from bunsui_core.wiring.agent import reading_desk

NEWEST = 200
"""How many of the newest sessions are offered."""


def pipeline_names(incomplete: str) -> list[str]:
    """Return the pipelines of the store that begin like this; none when it cannot be read."""
    try:
        known = [one.name for one in reading_desk(read_settings()).pipelines()]
    except BunsuiError:
        return []
    return [name for name in known if name.startswith(incomplete)]


def session_ids(incomplete: str) -> list[str]:
    """Return the newest sessions that begin like this; none when the store cannot be read."""
    try:
        page = reading_desk(read_settings()).sessions(SessionFilter(), NEWEST)
    except BunsuiError:
        return []
    return [one.session_id for one in page.items if one.session_id.startswith(incomplete)]
