"""The word that somebody who mistyped probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

ALIKE = 5
"""Of how many words that share much with the mistyped one the typing mistakes are counted."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word with the fewest typing mistakes in this one, or the empty string."""
    alike = get_close_matches(word, list(dict.fromkeys(known)), n=ALIKE)
    return min(alike, key=lambda one: mistakes(word, one), default="")


def mistakes(said: str, meant: str) -> int:
    """Return how many letters were added, left out, replaced, or swapped with their neighbour."""
    before: list[int] = []
    above = list(range(len(meant) + 1))
    for i, letter in enumerate(said, 1):
        row = [i]
        for j, other in enumerate(meant, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and (letter, said[i - 2]) == (meant[j - 2], other):
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]
