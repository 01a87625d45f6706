"""The lines around every screen: where we are, how old it is, what the keys do."""

from __future__ import annotations

from datetime import datetime, timedelta

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.approval import ApprovalStatus
from bunsui_core.domain.freshness import Bound
from bunsui_tui.actions import EVERYWHERE, HELP, Key
from bunsui_tui.board import Board
from bunsui_tui.render.inbox import progress_line
from bunsui_tui.render.signs import FAILED, PRODUCTION, RUNNING, WAITING, sign
from bunsui_tui.render.text import MUTED, TITLE, Block, apart, beside, joined, said, stack, words
from bunsui_tui.render.times import span

WHOSE = {
    "own": "what bunsui started",
    "found": "what others started",
    "swept": "a start whose event got lost",
    "redriven": "what others redrive",
}
"""What each bound is about."""

ROOMY = 110
"""Columns from which on the first line has room for a name."""

NAME_LIMIT = 16
"""Cells of a name in the first line."""

WORKER_SILENT = timedelta(seconds=60)
SMALL = "This terminal is {width}×{height}. bunsui needs 80×24: make it larger, or press q to quit."


def head(board: Board, width: int) -> Text:
    """Return the first line: the place, who waits, and the age of what is shown."""
    marked = words("  ", sign(PRODUCTION), (" PRODUCTION", PRODUCTION[1]))
    place = words((" bunsui", TITLE), (" ─ ", MUTED), board.place)
    place = words(place, marked) if board.here.is_production else place
    waiting = len(board.waiting)
    count = words(sign(WAITING), f" {waiting} waiting   ") if waiting else Text()
    return apart(place, words(_open_key(board, width), count, _age(board), " "), width)


def _open_key(board: Board, width: int) -> Text:
    """Whose key lies open, for how long, and the key that locks it."""
    found = board.unlocked
    if found is None:
        return Text()
    for_long = span(found.until - board.now)
    if width < ROOMY:
        return words(sign(WAITING), f" key open {for_long} (", ("L", "key"), ")   ")
    whose = said(found.approver, NAME_LIMIT)
    return words(
        sign(WAITING), " ", whose, f"'s key is open {for_long}, ", ("L", "key"), " locks it   "
    )


def _age(board: Board) -> Text:
    if board.overview is None:
        return words(("reading…", MUTED))
    fresh = board.overview.freshness
    if fresh.is_unread:
        return words(("never read", MUTED))
    age = span(board.now - fresh.as_of)
    return words((f"as of {age} ({fresh.source.value})", MUTED))


def status(board: Board, width: int) -> Text:
    """Return the one sentence that matters most now: a notice, a trouble, an idle worker.

    What comes and goes by itself has one line of this width, so that nothing else moves.
    """
    if board.notice and board.now < board.notice.until:
        sign_of = sign(FAILED) if board.notice.is_bad else sign(WAITING)
        return words(sign_of, " ", said(board.notice.text, 400))
    for sentence in board.troubles.values():
        return words(sign(FAILED), " ", said(sentence, 400))
    if _worker(board):
        return words((_worker(board), MUTED))
    if going := _going(board):
        going.truncate(width, overflow="ellipsis")
        return going
    late = _late(board)
    late.truncate(width, overflow="ellipsis")
    return late or _note(board)


def _going(board: Board) -> Text:
    """How far the plan of many steps is that is being executed."""
    approvals = board.overview.approvals if board.overview else ()
    running = (one for one in approvals if one.status is ApprovalStatus.EXECUTING)
    lines = ((one, progress_line(one)) for one in running)
    found = next(((one, line) for one, line in lines if line), None)
    if found is None:
        return Text()
    return words(sign(RUNNING), " ", said(found[0].request.id, 64), " ", found[1])


def _late(board: Board) -> Text:
    """What is older than promised, or cannot be watched."""
    if board.overview and board.overview.freshness.blind:
        return words(sign(WAITING), " ", said(board.overview.freshness.blind.said, 300))
    watch = board.overview.freshness.watch if board.overview else None
    if watch is None:
        return Text()
    broken = [f"{WHOSE[name]} {_broken(one)}" for name, one in watch.bounds if not one.is_kept]
    sentence = watch.trouble or next(iter(broken), "")
    return words(sign(WAITING), " ", said(sentence, 300)) if sentence else Text()


def _broken(bound: Bound) -> str:
    now, promised = (
        span(timedelta(seconds=seconds or 0)) for seconds in (bound.measured_s, bound.promised_s)
    )
    return f"may be {now} old, not {promised} as promised"


def _note(board: Board) -> Text:
    return said(board.note, 400, MUTED) if board.note else Text()


def _worker(board: Board) -> str:
    if board.overview is None:
        return ""
    seen: datetime | None = board.overview.freshness.worker_seen_at
    if seen is None:
        return "no worker has run here: nothing is observed or executed until `bunsui worker` runs"
    if board.now - seen > WORKER_SILENT:
        return f"no worker seen for {span(board.now - seen)}: start `bunsui worker`"
    return ""


def keys(shown: tuple[Key, ...], width: int) -> Text:
    """Return the keys of a screen; what cannot be done now stands in brackets.

    Where there is no room for all, the last ones give way: `?` shows them, so it stays.
    """
    parts = [(one, _key(one)) for one in shown if one.label]
    kept = [part for one, part in parts if one.name == HELP.name]
    for one, part in parts:
        line = joined([*kept, part], "  ")
        if one.name != HELP.name and line.cell_len < width:
            kept.insert(len(kept) - 1 if one not in EVERYWHERE else len(kept), part)
    return words(" ", joined(kept, "  "))


def _key(one: Key) -> Text:
    if one.why_not:
        return words((f"({one.shown} {one.label})", MUTED))
    return words((one.shown, "key"), " ", one.label)


def help_lines(title: str, shown: tuple[Key, ...]) -> Group:
    """Return every key of a screen with what it does, and why it does not now."""
    lines: list[Block] = [words((f"Keys of {title}", TITLE)), Text(" ")]
    for one in shown:
        why_not = f" — not now: {one.why_not}" if one.why_not else ""
        does = words(one.help, (why_not, MUTED))
        lines.append(beside(Text().append(one.shown, "key"), does, 12))
    return stack([*lines, Text(" "), words(("esc closes this", MUTED))])
