"""A duration is the same on every screen, and never longer than it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bunsui_cli.views.words import took
from bunsui_core.domain.lasting import lasted
from bunsui_tui.render import times
from tests.builders import NOW

DURATIONS = [
    (-3, "0.0s"),
    (0.449, "0.4s"),
    (9.99, "9.9s"),
    (10, "10s"),
    (59.9, "59s"),
    (182, "3m 02s"),
    (3599.9, "59m 59s"),
    (3900, "1h 05m"),
    (180_000, "50h 00m"),
]


@pytest.mark.parametrize(("seconds", "shown"), DURATIONS)
def test_a_duration_is_cut_to_two_units_and_a_short_one_to_a_tenth(
    seconds: float, shown: str
) -> None:
    assert lasted(timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize("seconds", [0.449, 41.9, 182.7])
def test_the_command_line_and_the_terminal_ui_say_the_same(seconds: float) -> None:
    length = timedelta(seconds=seconds)

    assert took(NOW, NOW + length) == times.lasted(length)
