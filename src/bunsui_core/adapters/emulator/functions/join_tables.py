"""Joins a table with itself in memory."""

from __future__ import annotations

import logging
from typing import TypedDict

log = logging.getLogger()
log.setLevel(logging.INFO)

MEGABYTE = 1024 * 1024


class Event(TypedDict):
    """How large the table is."""

    table_megabytes: int


class Joined(TypedDict):
    """How much was joined."""

    megabytes: int


def handler(event: Event, context: object) -> Joined:
    """Hold the whole table, as a join without an index does."""
    wanted = event["table_megabytes"]
    log.info("loading a table of %d MB", wanted)
    table = [bytes([row % 256]) * MEGABYTE for row in range(wanted)]
    return {"megabytes": sum(map(len, table)) // MEGABYTE}
