"""The only way for outside text into a widget, a terminal or a tool answer."""

from __future__ import annotations

import unicodedata

LIMIT = 4000
"""Characters kept of one text unless the caller says otherwise."""

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
    """Return the text with everything that could act on a terminal made visible, and capped.

    C0, C1 and DEL become control pictures, bidi controls, zero-width and tag characters become
    `<U+XXXX>`; the result is NFC. Newlines and tabs stay unless `newlines` is False.
    """
    capped = text[:limit]
    # Most outside text is printable ASCII, in which nothing can hide: 40 times faster.
    shown = capped if capped.isascii() and capped.isprintable() else _shown(capped, newlines)
    left = len(text) - len(capped)
    return f"{shown}… ({left:,} more characters)" if left > 0 else shown


def _shown(text: str, newlines: bool) -> str:
    return "".join(_visible(char, newlines) for char in unicodedata.normalize("NFC", text))


def _visible(char: str, newlines: bool) -> str:
    code = ord(char)
    if char in "\n\t":
        return char if newlines else " "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0x80 <= code < 0xA0 or _is_hidden(code):
        return f"<U+{code:04X}>"
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
