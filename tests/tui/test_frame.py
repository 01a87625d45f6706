"""The line for the one sentence that matters now: what comes and goes by itself moves nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bunsui_core.domain.answer import Freshness, Source
from bunsui_core.domain.freshness import Blind, Bound, Feed, Watch
from bunsui_tui.board import Board, Overview
from bunsui_tui.render.frame import head, status
from tests.builders import NOW

KEPT = Bound(promised_s=45, measured_s=22)
BROKEN = Bound(promised_s=45, measured_s=70)


def a_board(**changes: object) -> Board:
    """A board of a worker that watches others and keeps every bound, but for the changes."""
    watch = Watch(
        at=NOW,
        feed=Feed.POLLING,
        own=KEPT,
        found=KEPT,
        swept=KEPT,
        redriven=KEPT,
        machines=27,
        unwatched=0,
    )
    fresh = Freshness(
        as_of=NOW,
        source=Source.STORE,
        worker_seen_at=NOW,
        watch=watch.model_copy(update=changes),
    )
    return Board(NOW, "prod", overview=Overview((), (), fresh))


def test_bounds_that_are_kept_are_worth_no_line() -> None:
    assert status(a_board(), 78).plain == ""


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("own", "what bunsui started"),
        ("found", "what others started"),
        ("swept", "a start whose event got lost"),
        ("redriven", "what others redrive"),
    ],
)
def test_a_broken_bound_is_named_on_one_line(name: str, whose: str) -> None:
    shown = status(a_board(**{name: BROKEN}), 78)

    assert shown.plain == f"◆ {whose} may be 1m old, not 45 s as promised"


def test_a_long_trouble_of_the_watcher_takes_one_line_too() -> None:
    shown = status(a_board(trouble="AWS refuses " + "again " * 40), 78)

    assert shown.cell_len == 78
    assert shown.plain.endswith("…")


def test_while_aws_cannot_be_read_that_is_the_sentence() -> None:
    board = a_board()
    assert board.overview
    fresh = board.overview.freshness.model_copy(
        update={"blind": Blind(since=NOW, why="it is away.")}
    )
    shown = status(replace(board, overview=Overview((), (), fresh)), 120)

    assert "AWS cannot be read since 2026-03-02 01:14:00 UTC: it is away." in shown.plain


def test_what_was_never_read_has_no_age() -> None:
    board = a_board()
    assert board.overview
    never = board.overview.freshness.model_copy(update={"blind": Blind(since=None, why="no.")})

    assert "never read" in head(replace(board, overview=Overview((), (), never)), 80).plain
    assert "as of" in head(board, 80).plain
