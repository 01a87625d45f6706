"""Reading what an asker's process wrote, which may be anything and of any length."""

from __future__ import annotations

from functools import lru_cache

from bunsui_core.domain.approval import Request
from bunsui_core.domain.plan import MOST_STEPS

_SHORT = 8_000
"""Characters of a text that is remembered once it was read."""

_STEP = '"session_id"'
"""A key that each step has once; within an input its quotation marks are escaped."""


def request_from(body: str) -> Request | None:
    """Return the request that a text is; nothing when it is none, or has too many steps.

    Steps are counted before anything is parsed: a hundred plans of ten thousand steps would keep a
    human's list waiting for minutes.
    """
    if len(body) <= _SHORT:
        return _short(body)
    return None if body.count(_STEP) > MOST_STEPS else _parsed(body)


@lru_cache(maxsize=512)
def _short(body: str) -> Request | None:
    """A list is looked at again and again, and what was asked never changes."""
    return _parsed(body)


def _parsed(body: str) -> Request | None:
    try:
        return Request.model_validate_json(body)
    except ValueError:
        return None
