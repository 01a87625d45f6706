"""The only way for outside text into a widget, a terminal or a tool answer."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from bunsui_core.domain.lookalikes import lookalikes

LIMIT = 4000
"""Characters kept of one text unless the caller says otherwise."""

MOST_MARKS = 4
"""Marks upon one letter that are shown as such; more of them cover the lines around."""

_BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_INVISIBLE = {
    0x00AD,
    0x034F,
    0x180E,
    0x200B,
    0x200C,
    0x200D,
    0x2060,
    0x2061,
    0xFEFF,
    0x2028,
    0x2029,
}


def safe(text: str, limit: int = LIMIT, newlines: bool = True) -> str:
    """Return the text with everything that could act on a terminal or deceive made visible, capped.

    C0 and DEL become control pictures; C1, bidi controls, zero-width and tag characters, letters
    that pass for Latin ones, and marks heaped upon a letter become `<U+XXXX>`; the result is NFC.
    Newlines and tabs stay unless `newlines` is False.
    """
    capped = text[:limit]
    # Most outside text is printable ASCII, in which nothing can hide: 40 times faster.
    shown = capped if capped.isascii() and capped.isprintable() else _shown(capped, newlines)
    left = len(text) - len(capped)
    return f"{shown}… ({left:,} more characters)" if left > 0 else shown


def _shown(text: str, newlines: bool) -> str:
    composed = unicodedata.normalize("NFC", text)
    told = lookalikes(composed) | _heaped(composed)
    return "".join(
        _code(char) if place in told else _visible(char, newlines)
        for place, char in enumerate(composed)
    )


def _heaped(text: str) -> frozenset[int]:
    """The places of marks beyond those that a letter has in any writing."""
    if text.isascii():
        return frozenset()
    found, run = set[int](), 0
    for place, char in enumerate(text):
        run = run + 1 if unicodedata.combining(char) else 0
        if run > MOST_MARKS:
            found.add(place)
    return frozenset(found)


def _code(char: str) -> str:
    return f"<U+{ord(char):04X}>"


@lru_cache(maxsize=8192)
def _visible(char: str, newlines: bool) -> str:
    code = ord(char)
    if char in "\n\t":
        return char if newlines else " "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0x80 <= code < 0xA0 or _is_hidden(code):
        return _code(char)
    return char


def _is_hidden(code: int) -> bool:
    return (
        code in _BIDI
        or code in _INVISIBLE
        or 0xE0000 <= code <= 0xE007F
        or 0xFE00 <= code <= 0xFE0E
        or 0xD800 <= code <= 0xDFFF
        or unicodedata.category(chr(code)) == "Cf"
    )
