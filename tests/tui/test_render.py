"""What a reader sees of values: times, durations, graphs, and texts that do not fit."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from bunsui_core.domain.answer import InputChange
from bunsui_tui.board import Prepared
from bunsui_tui.plain import ascii_of, wants_ascii
from bunsui_tui.render.difference import difference
from bunsui_tui.render.graph import levels
from bunsui_tui.render.review import body
from bunsui_tui.render.times import bar, span, typical
from bunsui_tui.theme import DARK, styles_of
from tests.builders import NOW, a_pipeline
from tests.tui.hostile import HostileDesk

LONG = "".join(f"{number:04d}" for number in range(100))


def drawn(content: RenderableType, width: int = 76) -> str:
    """What a terminal of that width shows, without its line breaks."""
    console = Console(
        file=StringIO(), width=width, color_system=None, theme=styles_of(DARK), record=True
    )
    console.print(content)
    return "".join(line.strip() for line in console.export_text().splitlines())


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 s"), (59, "59 s"), (60, "1m"), (3600, "1h"), (172_799, "47h"), (172_800, "2d")],
)
def test_an_age_is_shown_in_its_largest_unit(seconds: int, shown: str) -> None:
    assert span(timedelta(seconds=seconds)) == shown


def test_a_bar_is_half_full_at_the_usual_duration_and_full_at_twice_that() -> None:
    usual = typical([timedelta(seconds=s) for s in (10, 20, 90)])

    bars = [bar(timedelta(seconds=s), usual) for s in (0, 20, 40, 4000)]

    assert bars == ["▁", "▅", "█", "█"]


def test_a_diamond_of_jobs_is_drawn_by_levels() -> None:
    arms = [{"name": name, "machine": name, "after": ["in"]} for name in ("left", "right")]
    end = {"name": "out", "machine": "out", "after": ["left", "right"]}
    pipeline = a_pipeline(jobs=[{"name": "in", "machine": "in"}, *arms, end])

    assert levels(pipeline) == (("in",), ("left", "right"), ("out",))


def test_a_long_value_of_a_review_is_folded_and_never_cut_off() -> None:
    review = HostileDesk("x").review("x")
    change = InputChange(path="$.a", before='"b"', after=f'"{LONG[:100]}"')
    steps = tuple(step.model_copy(update={"changes": (change,)}) for step in review.steps)
    long = review.model_copy(update={"steps": steps})

    assert LONG[:100] in drawn(body(Prepared(long, NOW), NOW))


def test_the_difference_shows_the_whole_input() -> None:
    review = HostileDesk("x").review("x")
    steps = tuple(step.model_copy(update={"input": f'"{LONG}"'}) for step in review.steps)

    assert LONG in drawn(difference(review.model_copy(update={"steps": steps}))).replace("│ ", "")


def test_ascii_keeps_the_width_of_every_text() -> None:
    assert ascii_of("✓ ingest → 注文 …") == "+ ingest > ???? ~"
    assert ascii_of("≠ input █░") == "! input #."


def test_a_user_can_ask_for_ascii() -> None:
    assert wants_ascii({"BUNSUI_ASCII": "1"})
