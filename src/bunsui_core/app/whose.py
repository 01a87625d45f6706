"""Which session started an execution, by what the sessions themselves say."""

from __future__ import annotations

from typing import NamedTuple

from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.found import is_expected, is_started_by, possible_owners
from bunsui_core.domain.machine import ExecutionRow
from bunsui_core.ports.store import Sessions


class Owner(NamedTuple):
    """The session that started an execution, if any; else whether one may be about to say so."""

    session_id: str
    may_show: bool


def owner_of(row: ExecutionRow, sessions: Sessions) -> Owner:
    """Return whose an execution is, by its ARN or by the name that bunsui gives."""
    may_show = False
    # The ids that bunsui gives have one dash: looked for first, most are found at once.
    for candidate in sorted(possible_owners(row.name), key=lambda one: one.count("-") != 1):
        try:
            session = sessions.get(candidate)
        except NotFound:
            continue
        if is_started_by(session, row):
            return Owner(candidate, may_show=False)
        may_show = may_show or is_expected(session, row)
    return Owner("", may_show)
