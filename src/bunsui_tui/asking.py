"""Calls the desk about changes that a human wants: what they would do, and asking for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from bunsui_core.domain.errors import BunsuiError, Unavailable
from bunsui_core.domain.propose import OFFERED
from bunsui_core.domain.verdict import Mode
from bunsui_tui.asks import AskGiven, Requested
from bunsui_tui.needs import Desk
from bunsui_tui.sentences import sentence_of
from bunsui_tui.wishes import (
    Controlled,
    ControlWish,
    RerunWish,
    StormWay,
    StormWays,
    StormWish,
    Way,
    Ways,
)


def ways(desk: Desk, wish: RerunWish, clock: Callable[[], datetime]) -> Ways:
    """Return every mode, judged, or with the reason why it is not possible.

    Raises: Unavailable, NotFound and what else is not about one mode alone.
    """
    found = tuple(_way(desk, wish, mode) for mode in Mode)
    return Ways(wish, tuple(_one_best(found)), clock())


def _one_best(found: tuple[Way, ...]) -> Iterator[Way]:
    """Each mode was judged alone: of those that are recommended, the first is."""
    is_there = False
    for way in found:
        proposal = way.proposal
        if proposal and proposal.recommended and is_there:
            proposal = proposal.model_copy(update={"recommended": False})
        is_there = is_there or bool(proposal and proposal.recommended)
        yield replace(way, proposal=proposal)


def _way(desk: Desk, wish: RerunWish, mode: Mode) -> Way:
    text = wish.text(mode)
    given = {"output" if mode is Mode.MARK_DONE else "edited_input": text}
    try:
        proposal = desk.rerun_from(wish.session_id, wish.job, mode, wish.downstream, **given)
    except Unavailable:
        raise
    except BunsuiError as error:
        return Way(mode, why_not=sentence_of(error))
    return Way(mode, proposal)


def controlled(desk: Desk, wish: ControlWish, clock: Callable[[], datetime]) -> Controlled:
    """Return what a change of a session would do, or why it cannot. Raises: Unavailable."""
    try:
        proposal = desk.control(wish.session_id, wish.action)
    except Unavailable:
        raise
    except BunsuiError as error:
        return Controlled(wish, None, sentence_of(error), clock())
    return Controlled(wish, proposal, "", clock())


def storm_ways(desk: Desk, wish: StormWish, clock: Callable[[], datetime]) -> Iterator[StormWays]:
    """Yield the modes in which a storm was planned so far, after each one. Raises: Unavailable."""
    known: tuple[StormWay, ...] = ()
    for mode in OFFERED:
        known = (*known, _storm_way(desk, wish, mode))
        yield StormWays(wish, known, clock(), is_whole=len(known) == len(OFFERED))


def _storm_way(desk: Desk, wish: StormWish, mode: Mode) -> StormWay:
    try:
        return StormWay(mode, desk.recover_storm(wish.storm_id, mode, wish.waves))
    except Unavailable:
        raise
    except BunsuiError as error:
        return StormWay(mode, why_not=sentence_of(error))


def requested(desk: Desk, given: AskGiven) -> Requested:
    """Ask for what was shown, or return the request about the same that waits already."""
    approval = desk.request(given.proposal_id, given.reason)
    return Requested(approval, approval.request.plan_digest == given.proposal_id)
