"""What humans asked while the inbox was everybody's, taken into the store when it is upgraded."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bunsui_core.adapters.local.connect import open_file, read_as_text


def take_over(store: sqlite3.Connection, inbox_path: Path) -> None:
    """Keep as a human's what the inbox says to be one's, where a human decided about it since.

    What nobody decided about could be anybody's: it stays in the inbox, where it is an agent's.
    """
    with closing(open_file(inbox_path, "ro")) as inbox:
        inbox.text_factory = read_as_text
        asked = inbox.execute(_ASKED).fetchall()
        taken = inbox.execute(
            "SELECT account, region, request_id, body FROM withdrawals"
        ).fetchall()
    decided = {tuple(key) for key in store.execute(_DECIDED)}
    mine = [row for row in asked if tuple(row[:3]) in decided]
    keys = {tuple(row[:3]) for row in mine}
    back = [row for row in taken if tuple(row[:3]) in keys]
    store.executemany("INSERT OR IGNORE INTO human_requests VALUES (?, ?, ?, ?, ?, ?)", mine)
    store.executemany("INSERT OR IGNORE INTO human_withdrawals VALUES (?, ?, ?, ?)", back)


_ASKED = (
    "SELECT account, region, id, requester, asked_at, body FROM requests"
    " WHERE substr(requester, 1, 6) = 'human:'"
)

_DECIDED = (
    "SELECT account, region, request_id FROM decisions"
    " UNION SELECT account, region, request_id FROM effects"
)

_TAKEN_BACK = "SELECT account, region, request_id, body FROM withdrawals"
