"""The word that somebody who mistyped probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like this one, or the empty string."""
    return next(iter(get_close_matches(word, list(known), n=1)), "")
