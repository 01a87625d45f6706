"""How often the like of a proposal worked for this team."""

from __future__ import annotations

from math import sqrt

from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.recovery import Odds
from bunsui_core.domain.verdict import Mode

ENOUGH = 3
"""Fewer tries than this say nothing; the prior is shown instead, marked as one."""

_Z = 1.959964
_FREES_ITSELF = {
    Category.THROTTLING,
    Category.CAPACITY,
    Category.NETWORK,
    Category.SERVICE_FAULT,
    Category.CONFLICT,
}


def wilson(successes: int, tries: int) -> tuple[float, float]:
    """Return the Wilson 95 % interval of a success rate."""
    if tries == 0:
        return 0.0, 1.0
    rate = successes / tries
    scale = 1 + _Z**2 / tries
    middle = (rate + _Z**2 / (2 * tries)) / scale
    half = _Z * sqrt(rate * (1 - rate) / tries + _Z**2 / (4 * tries**2)) / scale
    return max(0.0, middle - half), min(1.0, middle + half)


def odds(category: Category, mode: Mode, outcomes: tuple[Outcome, ...]) -> Odds:
    """Return the odds of a mode for a category of failure, from this team's own outcomes."""
    like = [o for o in outcomes if o.category is category and o.mode is mode]
    worked = sum(o.worked for o in like)
    if len(like) < ENOUGH:
        low, high = (0.5, 1.0) if category in _FREES_ITSELF else (0.0, 1.0)
        return Odds(successes=worked, tries=len(like), low=low, high=high, is_prior=True)
    low, high = wilson(worked, len(like))
    return Odds(successes=worked, tries=len(like), low=low, high=high, is_prior=False)
