"""The list of requests: those that ask for the same stand below one line, each by its name."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.approval import Approval
from bunsui_core.domain.kin import Kin
from bunsui_tui.board import Board
from bunsui_tui.render.inbox import asker, ordered, row, what
from bunsui_tui.render.inbox import beside as beside_one
from bunsui_tui.render.signs import RISKS, WAITING, named, sign
from bunsui_tui.render.table import Row
from bunsui_tui.render.text import MUTED, TITLE, said, section, stack, words
from bunsui_tui.render.times import ago

TOGETHER = "together:"
"""How the key of a line begins that stands for several requests."""


def rows(board: Board) -> tuple[Row, ...]:
    """Return the lines of the list; those that can be reviewed together stand below one line."""
    many = {one.request_ids[0]: one for one in _kin(board)}
    of = {request_id: found for found in many.values() for request_id in found.request_ids}
    lines: list[Row] = []
    for one in ordered(board):
        found = of.get(one.request.id)
        if found is None:
            lines.append(row(one, board.now))
        elif found.request_ids[0] in many:
            del many[found.request_ids[0]]
            lines += _together(found, board)
    return tuple(lines)


def _kin(board: Board) -> tuple[Kin, ...]:
    """The groups whose requests the list still has."""
    known = {one.request.id for one in ordered(board)}
    found = board.overview.kin if board.overview else ()
    return tuple(one for one in found if set(one.request_ids) <= known)


def kin_of(board: Board, key: str) -> Kin | None:
    """Return the group whose line has that key, if it is the line of one."""
    if board.approval(key):
        # An asker names requests as it likes, also so.
        return None
    found = (one for one in _kin(board) if f"{TOGETHER}{one.request_ids[0]}" == key)
    return next(found, None)


def _together(found: Kin, board: Board) -> Iterator[Row]:
    """The line of a group, and those of its requests."""
    known = [one for one in map(board.approval, found.request_ids) if one]
    risk = max((one.request.plan.risk for one in known), key=lambda one: one.rank)
    error = words(" · ", said(found.error, 80)) if found.error else Text()
    yield Row(
        f"{TOGETHER}{found.request_ids[0]}",
        (
            sign(WAITING),
            words((f"{len(known)} alike", TITLE)),
            words(ago(known[0].request.plan.created_at, board.now)),
            said(", ".join(sorted({asker(one.request.plan.requester) for one in known})), 40),
            named(RISKS[risk], risk.value),
            words(same(known[0]), error),
        ),
    )
    for one in known:
        whole = row(one, board.now)
        session = said(one.request.plan.session_id, 120)
        yield Row(whole.key, (words(("│", MUTED)), *whole.cells[1:-1], session))


def same(one: Approval) -> Text:
    """Return what a plan does, whichever session it is about."""
    step = one.request.plan.steps[0]
    text = what(one).plain.replace(f" of {step.session_id}", "").replace(step.session_id, "")
    return said(text, 200)


def beside(board: Board, key: str) -> Group:
    """Return what the pane says about a line: one request, or several that ask for the same."""
    found = kin_of(board, key)
    return _beside(found, board) if found else beside_one(board, key)


def _beside(found: Kin, board: Board) -> Group:
    known = [one for one in map(board.approval, found.request_ids) if one]
    lines = [
        words(
            said(one.request.id, 64),
            "  ",
            said(one.request.plan.session_id, 80),
            "  ",
            said(one.request.reason, 120, MUTED),
        )
        for one in known
    ]
    many = f"{len(known)} requests ask for the same; one review shows them all, each by its name"
    failed = [section("FAILED", said(found.error, 200))] if found.error else []
    return stack([words(many), section("ASK", same(known[0])), *failed, section("EACH", *lines)])
