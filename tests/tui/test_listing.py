"""The list of sessions as a window: where things stand, and what is read of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.answer import Placed, SessionFilter, SessionPage, Totals
from bunsui_core.domain.session import SessionStatus, SessionSummary
from bunsui_tui.board import Board
from bunsui_tui.listing import KEPT, PAGE, Listing, pages_around, with_reading
from bunsui_tui.query import Query
from bunsui_tui.reader import ListReader, Wish
from bunsui_tui.render.sessions import SessionRows, counted
from tests.builders import NOW


def a_line(number: int) -> SessionSummary:
    """A line of the list; the higher its number, the older it is."""
    return SessionSummary(
        session_id=f"s-{number:06}",
        pipeline="orders",
        environment="local",
        status=SessionStatus.SUCCEEDED,
        created_at=NOW - timedelta(minutes=number),
        stopped_at=None,
        jobs_done=0,
        jobs_total=1,
        failed_job="",
        error="",
    )


def a_listing(length: int, pinned: set[int] | None = None, pages: int = KEPT) -> Listing:
    """A list whose first pages were read."""
    lines = [a_line(number) for number in range(length)]
    cut = {
        n: tuple(lines[n * PAGE : (n + 1) * PAGE]) for n in range(min(pages, -(-length // PAGE)))
    }
    return Listing(
        query="",
        total=length,
        everything=length,
        totals=Totals(succeeded=length),
        pages=cut,
        pinned={at: lines[at] for at in sorted(pinned or ())},
    )


@given(st.integers(1, 300), st.sets(st.integers(0, 299), max_size=8))
def test_every_session_is_shown_once_and_those_that_wait_first(
    length: int, wanted: set[int]
) -> None:
    pinned = {at for at in wanted if at < length}
    listing = a_listing(length, pinned)

    shown = [listing.one(at) for at in range(length)]

    rest = [at for at in range(length) if at not in pinned]
    assert shown == [a_line(at) for at in (*sorted(pinned), *rest)]


@given(st.integers(1, 300), st.sets(st.integers(0, 299), max_size=8), st.integers(0, 299))
def test_the_place_of_a_session_is_where_it_is_shown(
    length: int, wanted: set[int], which: int
) -> None:
    listing = a_listing(length, {at for at in wanted if at < length})
    one = a_line(which % length)

    at = listing.place(one.session_id)

    assert at is not None
    assert listing.one(at) == one


def test_the_pages_of_rows_in_sight_are_those_that_hold_them() -> None:
    listing = a_listing(100_000, {5, 250}, pages=1)

    assert listing.numbers(0, 20) == (0,)
    assert listing.numbers(95, 115) == (0, 1)
    assert listing.numbers(99_980, 99_999) == (999,)
    assert a_listing(0).numbers(0, 0) == (0,)


def test_pages_that_were_read_long_ago_are_forgotten_and_rows_of_theirs_are_unread() -> None:
    known = a_listing(100_000, pages=KEPT)
    page = tuple(a_line(number) for number in range(99_900, 100_000))

    listing = with_reading(known, replace(known, pages={999: page}))

    assert len(listing.pages) == KEPT
    assert listing.one(0) is None
    assert listing.one(99_999) == a_line(99_999)


def test_pages_of_another_filter_are_forgotten() -> None:
    known = a_listing(500)

    listing = with_reading(known, replace(known, query="status:failed", pages={3: ()}))

    assert set(listing.pages) == {3}


def test_the_pages_beside_those_in_sight_are_read_after_them() -> None:
    assert pages_around((4, 5)) == (4, 5, 6, 3)
    assert pages_around((0,)) == (0, 1)


class Searching:
    """Lists of which every window takes as long as a test says."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.now = 100.0

    def window(self, wanted: SessionFilter, offset: int, limit: int) -> SessionPage:
        """Return no line, after a while."""
        self.now += self.seconds
        return SessionPage(items=(), total=0, next_cursor="", unsearched=7)

    def place(self, wanted: SessionFilter, session_id: str) -> Placed | None:
        """Return no place."""
        return None


def test_a_search_that_takes_long_is_not_read_again_at_once() -> None:
    lists = Searching()
    reader = ListReader(lists, lambda: lists.now)
    slow, other = Query("slow", SessionFilter(words=("slow",))), Query("other")
    lists.seconds = 0.1

    reader.read(Wish(slow))

    assert reader.is_resting("slow")
    assert not reader.is_resting(other.text)
    lists.now += 2.0
    assert not reader.is_resting("slow")


def test_what_a_search_may_have_missed_is_said() -> None:
    reader = ListReader(Searching(), lambda: 0.0)
    board = Board(NOW, "local", listing=reader.read(Wish(Query())))

    assert counted(board) == "0 of 0 · 7 not fully searched"


@pytest.mark.parametrize(
    ("job", "shown"),
    [("extract", "extract: States.Timeout"), ("orders", "States.Timeout")],
)
def test_a_job_of_the_name_of_its_pipeline_is_not_named_again(job: str, shown: str) -> None:
    known = a_listing(1)
    changes = {"status": SessionStatus.FAILED, "failed_job": job, "error": "States.Timeout"}
    failed = known.pages[0][0].model_copy(update=changes)
    rows = SessionRows(Board(NOW, "local", listing=replace(known, pages={0: (failed,)})))

    row = rows.row(0)

    assert row is not None
    assert row.cells[-1].plain.split(maxsplit=1)[1] == shown
