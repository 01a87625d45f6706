"""Fetches pages from a partner that gives one at a time, at its own pace."""

from __future__ import annotations

import logging
import time
from typing import TypedDict

log = logging.getLogger()
log.setLevel(logging.INFO)


class Event(TypedDict):
    """How many pages there are, and how long the partner takes for each."""

    pages: int
    seconds_a_page: float


class Fetched(TypedDict):
    """How many pages came, and how long that took."""

    pages: int
    seconds: float


def handler(event: Event, context: object) -> Fetched:
    """Fetch every page."""
    pages, began = event["pages"], time.monotonic()
    for page in range(1, pages + 1):
        log.info("page %d of %d", page, pages)
        time.sleep(event["seconds_a_page"])
    return {"pages": pages, "seconds": round(time.monotonic() - began, 2)}
