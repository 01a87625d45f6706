"""What a measurement says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One claim, its goal, the numbers measured, and whether the goal is held."""

    claim: str
    goal: str
    held: bool
    numbers: Mapping[str, float]
