"""Bars on a clock: which part of the time is in sight, and where in it things happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.text import Text

from bunsui_tui.render.text import MUTED

SHORTEST = timedelta(seconds=1)
"""What is in sight at least; events of Step Functions are milliseconds apart."""

LABEL = 8
"""Cells between two marks of the axis, at least."""

_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400)
BODY = "█"


@dataclass(frozen=True)
class Bar:
    """Something that lasted, in the style of how it ended; its sign stands in its last cell."""

    began: datetime
    ended: datetime
    style: str
    sign: str = BODY
    weight: int = 0


@dataclass(frozen=True)
class Window:
    """The part of the time that is in sight; `origin` is what the axis counts from."""

    start: datetime
    end: datetime
    origin: datetime

    @property
    def length(self) -> timedelta:
        """How much time is in sight."""
        return max(SHORTEST, self.end - self.start)

    def cell(self, moment: datetime, width: int) -> int:
        """Return the cell of a moment; it may lie outside."""
        return int((moment - self.start) / self.length * max(1, width - 1) + 1e-9)

    def zoomed(self, factor: float, around: datetime, whole: Window) -> Window:
        """Return a window of another length around a moment, within the whole."""
        length = min(whole.length, max(SHORTEST, self.length * factor))
        return self._at(around - length / 2, length, whole)

    def moved(self, by: float, whole: Window) -> Window:
        """Return the window moved by a part of its length, within the whole."""
        return self._at(self.start + self.length * by, self.length, whole)

    def _at(self, start: datetime, length: timedelta, whole: Window) -> Window:
        latest = max(whole.start, whole.start + whole.length - length)
        begins = min(max(start, whole.start), latest)
        return Window(begins, begins + length, self.origin)


def drawn(bars: Iterable[Bar], window: Window, width: int) -> Text:
    """Return the bars on one line of a width; those of more weight are drawn over the others."""
    cells: list[tuple[str, str]] = [(" ", MUTED)] * width
    for bar in sorted(bars, key=lambda one: one.weight):
        first = window.cell(bar.began, width)
        last = max(first, window.cell(bar.ended, width))
        if last < 0 or first >= width:
            continue
        for at in range(max(0, first), min(width - 1, last) + 1):
            cells[at] = (BODY, bar.style)
        if last < width:
            cells[last] = (bar.sign, bar.style)
    line = Text()
    for char, style in cells:
        line.append(char, style)
    return line


def axis(window: Window, width: int) -> Text:
    """Return the marks of the clock, as times since its origin."""
    step = _step(window, width)
    first = (window.start - window.origin) // step
    marks = [" "] * width
    for number in range(first, first + width):
        at = window.cell(window.origin + step * number, width)
        label = f"│{since(step * number)}"
        if at >= 0 and at + len(label) <= width:
            marks[at : at + len(label)] = label
    return Text().append("".join(marks), MUTED)


def _step(window: Window, width: int) -> timedelta:
    least = window.length.total_seconds() * LABEL / max(1, width)
    days = int(least // 86_400) + 1
    return timedelta(seconds=next((s for s in _STEPS_S if s >= least), days * 86_400))


def since(length: timedelta) -> str:
    """Return a time on the axis in its two largest units: `0s`, `90s`, `2m`, `1h30m`, `2d6h`."""
    seconds = round(length.total_seconds())
    if abs(seconds) < 60:
        return f"{seconds}s"
    units = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))
    parts = []
    for unit, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts[:2])


def busy(spans: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """Return how long at least one of several spans lasted."""
    total, reached = timedelta(), None
    for began, ended in sorted(spans):
        if reached is None or began > reached:
            total, reached = total + (ended - began), ended
        elif ended > reached:
            total, reached = total + (ended - reached), ended
    return total
