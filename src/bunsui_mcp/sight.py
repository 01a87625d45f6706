"""What keeps an agent from taking a list for the whole truth while AWS cannot be read."""

from __future__ import annotations

from bunsui_core.domain.answer import Freshness
from bunsui_mcp.tell import clip

_WHY = 400


def cautioned(summary: str, freshness: Freshness) -> str:
    """Return the sentence of a list with what is known of AWS; never an all-clear for nothing."""
    if not freshness.blind:
        return summary
    told = clip(freshness.blind.said, _WHY)
    if freshness.is_unread:
        told = f"{told[0].upper()}{told[1:]}"
        return f"{told} That no failure is listed does not mean that there is none. {summary}"
    return f"{summary} {told} What happened since then is not listed."


def advised(usual: str, freshness: Freshness) -> str:
    """Return the next step, before it what a human has to do so that AWS is read."""
    if not freshness.blind:
        return usual
    return f"Tell the human: {clip(freshness.blind.next, _WHY)} Then: {usual}"
