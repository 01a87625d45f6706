"""Letters that pass for Latin ones: which of a text's are not what they seem.

A word of one script is what it looks like; so is Japanese with Latin letters in it. A word that
mixes Latin with Cyrillic, Greek or another alphabet is not how people write (UTS 39, "Highly
Restrictive"): those of its letters that pass for Latin are told. So is a word of nothing but such
letters, where no other word of the text shows that it is really written in that alphabet.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LATIN = "LATIN"

_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO", "HANGUL"}
"""Scripts that are written together with Latin letters."""

_PASSING = frozenset(
    "АВЕЅІЈКМНОРСТХУҮԌԚԜаеѕіјорсухԁԛԝһԍѵӏɡ"  # Cyrillic, and the IPA g
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυχιϲϳ"  # Greek
    "ՕՏԼօսոցհ"  # Armenian
    "ᎪᏴᏟᎠᎬᏀᎻᏆᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ"  # Cherokee
)
"""Letters of other alphabets that most fonts draw as they draw a Latin one."""

_WORD = re.compile(r"[^\W_]+")


def lookalikes(text: str) -> frozenset[int]:
    """Return the places of letters in a text that pass for letters of another script."""
    if text.isascii():
        return frozenset()
    words = [found for found in _WORD.finditer(text) if not found.group().isascii()]
    odd = frozenset(place for found in words for place in _strangers(found))
    passing = [found for found in words if _passes(found.group())]
    if passing and not any(_is_plainly_foreign(found.group()) for found in words):
        odd |= {place for found in passing for place in range(*found.span())}
    return odd


def _strangers(word: re.Match[str]) -> list[int]:
    """The places of letters that pass for Latin in a word of several scripts."""
    letters = [(place, char) for place, char in enumerate(word.group(), word.start())]
    passing = [place for place, char in letters if char in _PASSING]
    if not passing or len({_script(char) for _, char in letters if char.isalpha()}) < 2:
        return []
    return passing


def _passes(word: str) -> bool:
    """Whether a word looks Latin and has no Latin letter."""
    letters = [char for char in word if char.isalpha()]
    return len(letters) > 1 and all(char in _PASSING for char in letters)


def _is_plainly_foreign(word: str) -> bool:
    """Whether a word has letters of another alphabet that no reader takes for Latin ones."""
    scripts = {_script(char) for char in word if char.isalpha()}
    is_one = len(scripts) == 1 and not scripts & {LATIN, *_EAST_ASIAN}
    return is_one and any(char.isalpha() and char not in _PASSING for char in word)


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    """The script of a letter, as its Unicode name begins."""
    return unicodedata.name(char, "").partition(" ")[0]
