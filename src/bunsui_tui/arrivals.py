"""What was read is put on the board: every arrival makes a new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bunsui_core.domain.editing import same
from bunsui_tui.asks import ControlRead, Edited, StormsRead, StormWaysRead, WaysRead
from bunsui_tui.board import Board, Detail, Prepared
from bunsui_tui.listing import with_reading
from bunsui_tui.messages import (
    Arrival,
    CatalogRead,
    GroupsRead,
    ListRead,
    LogsRead,
    OverviewRead,
    ReviewRead,
    RunsRead,
    SessionExplained,
    SessionRead,
    TailRead,
    TimelineRead,
)
from bunsui_tui.wishes import Draft


def with_arrival(board: Board, arrival: Arrival, now: datetime) -> Board:
    """Return the board with what arrived on it; the same board when it knew that already."""
    match arrival:
        case OverviewRead():
            return replace(board, overview=arrival.overview)
        case ListRead() | RunsRead() | GroupsRead():
            return _with_list(board, arrival)
        case SessionRead():
            return _with_session(board, arrival)
        case SessionExplained():
            return _with_explanation(board, arrival)
        case LogsRead():
            key = (arrival.logs.session_id, arrival.job)
            return replace(board, logs={**board.logs, key: arrival.logs})
        case TailRead() | TimelineRead() | CatalogRead():
            return _with_view(board, arrival)
        case ReviewRead():
            prepared = Prepared(arrival.review, now)
            request_id = arrival.review.plan.request_id
            return replace(board, reviews={**board.reviews, request_id: prepared})
    return _with_ask(board, arrival)


def _with_ask(board: Board, arrival: Arrival) -> Board:
    match arrival:
        case WaysRead():
            return replace(board, ways=arrival.ways)
        case ControlRead():
            return replace(board, controlled=arrival.controlled)
        case StormsRead():
            return replace(board, causes=arrival.causes)
        case StormWaysRead():
            return replace(board, storm_ways=arrival.ways)
        case Edited():
            return _with_draft(board, arrival.draft)
    return board


def _with_draft(board: Board, draft: Draft) -> Board:
    """A text that says what was recorded is not kept, nor an empty one."""
    others = {about: one for about, one in board.drafts.items() if about != draft.about}
    is_new = bool(draft.text) and not (draft.recorded and same(draft.text, draft.recorded))
    return replace(board, drafts=others | ({draft.about: draft} if is_new else {}))


def _with_view(board: Board, arrival: TailRead | TimelineRead | CatalogRead) -> Board:
    match arrival:
        case TailRead():
            about = (arrival.session_id, arrival.job)
            return replace(board, tails={**board.tails, about: arrival.tail})
        case TimelineRead():
            seen = arrival.timeline
            known = {**board.timelines, (seen.session_id, seen.job): seen}
            return replace(board, timelines=known)
        case CatalogRead():
            return replace(board, catalog=arrival.catalog)


def _with_list(board: Board, arrival: ListRead | RunsRead | GroupsRead) -> Board:
    """What was read for another query comes too late."""
    if isinstance(arrival, RunsRead):
        return replace(board, runs={**board.runs, **arrival.runs})
    if isinstance(arrival, GroupsRead):
        return replace(board, groups={(arrival.query, arrival.groups.by): arrival.groups})
    if arrival.listing.query != board.query.text:
        return board
    listing = with_reading(board.listing, arrival.listing)
    return board if listing == board.listing else replace(board, listing=listing)


def _with_session(board: Board, arrival: SessionRead) -> Board:
    """What explains a session stays until it is explained anew."""
    session_id = arrival.view.session.id
    known = board.details.get(session_id)
    if known and known.view.session == arrival.view.session:
        return board
    detail = replace(known, view=arrival.view) if known else Detail(arrival.view)
    return replace(board, details={**board.details, session_id: detail})


def _with_explanation(board: Board, arrival: SessionExplained) -> Board:
    known = board.details.get(arrival.session_id)
    if known is None:
        return board
    detail = replace(
        known,
        trouble=arrival.trouble,
        analysis=arrival.analysis or (known.analysis if arrival.trouble else None),
        proposals=arrival.proposals or (known.proposals if arrival.trouble else {}),
    )
    if detail == known:
        return board
    return replace(board, details={**board.details, arrival.session_id: detail})
