"""The screens for a terminal that shows ASCII only: every sign keeps its place and width."""

from __future__ import annotations

import locale
from collections.abc import Mapping

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_DRAWN = dict(
    zip(
        "✓▶◆✗·→●▲≠─│…–—×’↑↓▁▂▃▄▅▆▇█▔▎▊▌▐░",
        "+>?x.>o^!-|~--x'^v.::-=+*#-||||.",
        strict=True,
    )
)


class AsciiOnly(LineFilter):
    """Replaces what is not ASCII, cell for cell."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII."""
        return [Segment(ascii_of(text), style, control) for text, style, control in segments]


def ascii_of(text: str) -> str:
    """Return a text of the same width in ASCII; unknown characters become question marks."""
    if text.isascii():
        return text
    return "".join(
        char if char.isascii() else _DRAWN.get(char, "?" * cell_len(char)) for char in text
    )


def wants_ascii(environ: Mapping[str, str]) -> bool:
    """Whether this terminal's encoding, or its user, asks for ASCII."""
    encoding = locale.getpreferredencoding(False).lower().replace("-", "")
    return environ.get("BUNSUI_ASCII", "") not in {"", "0"} or encoding != "utf8"
