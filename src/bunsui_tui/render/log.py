"""The lines of a log on a screen: when, what was said, and where in it a search found something."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len, chop_cells
from rich.text import Text

from bunsui_core.domain.safe import safe
from bunsui_tui.board import Said, Tail
from bunsui_tui.render.signs import OK, RUNNING, WAITING, Meaning, sign
from bunsui_tui.render.text import MUTED, OUTSIDE, apart, joined, said, words

LONGEST = 8000
"""Characters shown of one line."""

FOUND = "found"
MARGIN = 11
"""Cells before the text: the time and the mark of text that is not ours."""


@dataclass
class Lines:
    """Log lines made harmless, and where each begins on a screen of some width.

    `width` is that of the text itself; zero leaves every line on one row. What was said in several
    lines is several lines, of which the first has the time. Only what is added is worked on.
    """

    width: int = 0
    said: list[Said] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    rows: int = 0
    longest: int = 0

    def add(self, new: Sequence[Said]) -> None:
        """Take more lines at the end."""
        for one in new:
            self.said.append(one)
            time = f"{one.at:%H:%M:%S}"
            for line in one.text.rstrip("\r\n").split("\n"):
                self._take(safe(line.rstrip("\r").expandtabs(4), LONGEST, newlines=False), time)
                time = ""

    def _take(self, text: str, time: str) -> None:
        self.texts.append(text)
        self.times.append(time)
        self.starts.append(self.rows)
        cells = _cells(text)
        self.longest = max(self.longest, cells)
        self.rows += _height(text, cells, self.width)

    def find(self, row: int) -> tuple[int, int]:
        """Return which line a row belongs to, and which part of it the row is."""
        at = bisect_right(self.starts, row) - 1
        return at, row - self.starts[at]

    def part(self, at: int, number: int) -> tuple[str, int]:
        """Return one part of a line and how many characters come before it."""
        text = self.texts[at]
        if not self.width or _cells(text) <= self.width:
            return (text, 0) if number == 0 else ("", 0)
        if text.isascii():
            before = number * self.width
            return text[before : before + self.width], before
        parts = chop_cells(text, self.width)
        return parts[number], sum(len(one) for one in parts[:number])


def _height(text: str, cells: int, width: int) -> int:
    if not width or cells <= width:
        return 1
    return -(-cells // width) if text.isascii() else len(chop_cells(text, width))


def _cells(text: str) -> int:
    """The cells of a text; most logs are ASCII, which takes no measuring."""
    return len(text) if text.isascii() else cell_len(text)


def matches(texts: Sequence[str], term: str, first: int = 0) -> list[int]:
    """Return the lines that contain a term; capitals count only when the term has one."""
    if not term:
        return []
    exact = term != term.lower()
    hays = (text if exact else text.lower() for text in texts[first:])
    return [at for at, hay in enumerate(hays, first) if term in hay]


def row(lines: Lines, at: int, number: int, term: str, is_current: bool) -> Text:
    """Return one row: the time before the first part of a line, the text behind our mark."""
    part, before = lines.part(at, number)
    time = lines.times[at] if number == 0 else ""
    text = words((f"{time:<9}", MUTED))
    text.append("> " if is_current and number == 0 else "│ ", FOUND if is_current else MUTED)
    text.append(part, OUTSIDE)
    for start in _places(lines.texts[at], term):
        first = max(0, start - before)
        last = min(len(part), start + len(term) - before)
        if first < last:
            text.stylize(FOUND, MARGIN + first, MARGIN + last)
    return text


def _places(text: str, term: str) -> list[int]:
    if not term:
        return []
    hay = text if term != term.lower() else text.lower()
    places, at = [], hay.find(term)
    while at >= 0:
        places.append(at)
        at = hay.find(term, at + len(term))
    return places


@dataclass(frozen=True)
class Look:
    """How a log is looked at."""

    job: str
    is_following: bool
    is_wrapped: bool
    term: str = ""
    found: int = 0
    at: int = 0


def heading(tail: Tail | None, look: Look, width: int) -> Text:
    """Return whose log this is, and how it is looked at."""
    if tail is None:
        who = said(look.job or "the session", 40)
        return words("log of ", who, (" · reading…", MUTED))
    writers = list(dict.fromkeys(line.writer for line in tail.lines if line.writer))
    name = writers[-1] if writers else look.job or "the session"
    more = f" and {len(writers) - 1} more" if len(writers) > 1 else ""
    left = words("log of ", said(name, 200), (more, MUTED))
    return apart(left, _state(tail, look), width)


def _state(tail: Tail, look: Look) -> Text:
    lines = f"{len(tail.lines):,} line{'' if len(tail.lines) == 1 else 's'}"
    parts = [words((lines, MUTED)), _how(tail, look)]
    if look.is_wrapped:
        parts.append(words(("wrapped", MUTED)))
    if look.term:
        place = f"{look.at:,} of {look.found:,}" if look.found else "not found"
        parts.append(words("/", said(look.term, 40), (f" {place}", MUTED)))
    return joined(parts, " · ")


def _how(tail: Tail, look: Look) -> Text:
    meaning, word = _meaning(tail, look)
    return words(sign(meaning), f" {word}")


def _meaning(tail: Tail, look: Look) -> tuple[Meaning, str]:
    if tail.is_over:
        return OK, "complete"
    return (RUNNING, "following") if look.is_following else (WAITING, "held")
