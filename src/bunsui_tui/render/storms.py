"""Storms: sessions that failed alike, and what one plan for all of them would do."""

from __future__ import annotations

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.reviewing import waves_text
from bunsui_core.domain.storm import LeftOut, Storm, StormProposal, Storms
from bunsui_core.domain.waves import Waves
from bunsui_tui.board import Board
from bunsui_tui.render.diagnosis import chances
from bunsui_tui.render.preview import will
from bunsui_tui.render.rerun import MEANS
from bunsui_tui.render.signs import FAILED, QUIET, RISKS, RULINGS, named, sign
from bunsui_tui.render.table import Column, Row
from bunsui_tui.render.text import (
    MUTED,
    TITLE,
    Block,
    Hanging,
    apart,
    joined,
    said,
    section,
    stack,
    words,
)
from bunsui_tui.render.times import absolute, ago
from bunsui_tui.wishes import StormWay, StormWays, StormWish

COLUMNS = (
    Column("", 1),
    Column("sessions", 8, right=True),
    Column("job", 26),
    Column("newest", 8, right=True),
    Column("cause", 0),
)
WAYS = (
    Column("", 1),
    Column("mode", 10),
    Column("canary", 12),
    Column("sessions", 12, right=True),
    Column("why", 0),
)
ID_LIMIT = 64


def rows(board: Board) -> tuple[Row, ...]:
    """Return a line for each storm, the largest first."""
    found = board.causes.storms.items if board.causes else ()
    return tuple(_row(one, board) for one in found)


def _row(one: Storm, board: Board) -> Row:
    return Row(
        one.storm_id,
        (
            sign(FAILED),
            named(FAILED, f"{len(one.casualties):,}"),
            said(place_of(one), 80),
            words(ago(one.last_at, board.now)),
            said(f"{one.error}: {one.message}", 200),
        ),
    )


def place_of(one: Storm) -> str:
    """Return the pipeline and the job that failed, once where they have one name."""
    return one.job if one.job == one.pipeline else f"{one.pipeline}/{one.job}"


def heading(board: Board, width: int) -> Text:
    """Return that sessions are grouped by root cause, and which of them are."""
    left = words(" by ", ("root cause", "key"), (", whatever the filter chooses", MUTED))
    shown = words((_counted(board.causes.storms) if board.causes else "grouping…", MUTED), " ")
    return apart(left if board.query.text else words(" by ", ("root cause", "key")), shown, width)


def _counted(found: Storms) -> str:
    hit = len({session_id for one in found.items for session_id in one.session_ids})
    of = f"the newest {found.looked_at:,} of " if found.looked_at < found.failed else ""
    unknown = f" · {found.unexplained:,} not explained yet" if found.unexplained else ""
    return f"{hit:,} of {of}{found.failed:,} failed session{_s(found.failed)}{unknown}"


def beside(board: Board, storm_id: str) -> Group:
    """Return what is known of a storm, and the sessions that it hit."""
    one = board.causes.of(storm_id) if board.causes else None
    if one is None:
        return stack([])
    first, last = absolute(one.first_at), absolute(one.last_at)
    when = first if first == last else f"{first} to {last}"
    return stack(
        [
            words(said(one.error, 200), ": ", said(one.message, 500)),
            section("CAUSE", words(one.category.value, (f" · {one.storm_id}", MUTED))),
            section("WHEN", words(when)),
            section("SESSIONS", names(one.session_ids)),
        ]
    )


def names(session_ids: tuple[str, ...]) -> Text:
    """Return every session by its id."""
    return joined([said(one, ID_LIMIT) for one in session_ids], ", ")


def way_rows(ways: StormWays | None) -> tuple[Row, ...]:
    """Return a line for each mode that was planned so far."""
    return tuple(map(_way_row, ways.ways)) if ways else ()


def _way_row(one: StormWay) -> Row:
    if one.proposal is None:
        cells = (sign(QUIET), words((one.mode.value, MUTED)), words(("not possible", MUTED)))
        return Row(one.mode.value, (*cells, Text(), said(one.why_not, 400, MUTED)))
    canary = one.proposal.canary.verdict
    meaning = RULINGS[canary.ruling]
    return Row(
        one.mode.value,
        (
            sign(meaning),
            words(one.mode.value),
            named(meaning, canary.ruling.value),
            words(_share(one.proposal)),
            said(canary.reasons[0].text, 300),
        ),
    )


def _share(one: StormProposal) -> str:
    return f"{len(one.plan.steps):,} of {len(one.plan.steps) + len(one.left_out):,}"


def way_heading(storm: Storm, wish: StormWish, ways: StormWays | None, board: Board) -> Group:
    """Return which sessions would run again, in which waves."""
    many = f"{len(storm.casualties):,} session{_s(len(storm.casualties))}"
    first = words(("Recover ", TITLE), f"{many} that failed alike in ", said(place_of(storm), 100))
    waves = wish.waves
    how = f"canary (c) {waves.canary} · wave (w) {waves.size} · failures (f) {waves.most_failures}"
    done = ways is not None and ways.is_whole
    looked = f"planned {ago(ways.at, board.now)}" if ways and done else "planning every way…"
    return stack([first, words((f"{how} · {looked}", MUTED))])


def way_beside(way: StormWay | None) -> Group:
    """Return what the plan of the selected mode would do, and to which sessions."""
    if way is None:
        return stack([])
    means = words((MEANS[way.mode], MUTED))
    if way.proposal is None:
        return stack([means, section("NOT NOW", said(way.why_not, 600))])
    one = way.proposal
    waves = one.plan.waves or Waves()
    risk = named(RISKS[one.plan.risk], f"▲ {one.plan.risk.value} risk")
    ruled = named(RULINGS[one.canary.verdict.ruling], one.canary.verdict.ruling.value)
    first = said(one.canary.session_id, ID_LIMIT)
    reasons = [Hanging("  ", said(why.text, 300)) for why in one.canary.verdict.reasons]
    return stack(
        [
            words(means, " · ", risk),
            section("PLAN", words(waves_text(waves, len(one.plan.steps)))),
            section("CANARY", words(first, "  ", ruled, " · ", chances(one.canary.odds)), *reasons),
            *_left_out(one.left_out),
            *will(one.canary.preview),
            *_waves(one, waves),
        ]
    )


def _waves(one: StormProposal, waves: Waves) -> list[Block]:
    """The sessions of each wave by name."""
    steps = one.plan.steps
    return [
        section(
            f"WAVE {number}" if number else "FIRST",
            words((f"{len(wave)}: ", MUTED), names(tuple(steps[n - 1].session_id for n in wave))),
        )
        for number, wave in enumerate(waves.numbered(len(steps)))
    ]


def _left_out(left_out: tuple[LeftOut, ...]) -> list[Block]:
    """The sessions that the plan does not touch, those with one reason together."""
    alike: dict[str, list[str]] = {}
    for one in left_out:
        alike.setdefault(one.reason, []).append(one.session_id)
    lines: list[Block] = [
        words(said(reason, 300, MUTED), ": ", names(tuple(ids))) for reason, ids in alike.items()
    ]
    return [section("LEFT OUT", words(f"{len(left_out):,}"), *lines)] if lines else []


def _s(number: int) -> str:
    return "" if number == 1 else "s"
