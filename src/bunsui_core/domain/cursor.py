"""Where the next page of a list begins, as an opaque text that fits one list only."""

from __future__ import annotations

import base64
import binascii

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.canonical import canonical, digest
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.value import Value


class Position(Value):
    """The last line of a page: the next one begins after it."""

    created_at: str
    session_id: str


def cursor_of(wanted: SessionFilter, place: tuple[str, str], position: Position) -> str:
    """Return the cursor of the page after a position."""
    text = "\n".join((position.created_at, position.session_id, _seal(wanted, place, position)))
    return base64.urlsafe_b64encode(text.encode()).decode()


def position_of(wanted: SessionFilter, place: tuple[str, str], cursor: str) -> Position:
    """Return the position in a cursor. Raises: BadInput for another list's or a damaged one."""
    try:
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
        created_at, session_id, seal = text.split("\n")
    except (binascii.Error, ValueError) as error:
        raise _unfit() from error
    position = Position(created_at=created_at, session_id=session_id)
    # Several texts can stand for the same bytes in base 64; one of them is ours.
    if seal != _seal(wanted, place, position) or cursor != cursor_of(wanted, place, position):
        raise _unfit()
    return position


def _seal(wanted: SessionFilter, place: tuple[str, str], position: Position) -> str:
    """Bind the filter, account, region and position; it finds mistakes and hides nothing.

    Moments are left out: an age means another one for each page.
    """
    always = wanted.model_copy(update={"after": None, "before": None})
    body = b"\0".join((*(part.encode() for part in place), canonical(always), canonical(position)))
    return digest("bunsui/cursor/v1", body)[:16]


def _unfit() -> BadInput:
    return BadInput(
        "this cursor belongs to another list or is damaged.",
        "Ask for the first page again, without a cursor, and keep the filter while paging.",
    )
