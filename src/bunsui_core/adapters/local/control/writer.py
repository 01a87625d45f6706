"""The store as the worker and a human's desk hold it: to read and write."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bunsui_core.adapters.local.connect import StoreReader, open_file


class StoreWriter(StoreReader):
    """The store of one account and region, to read and write; `schema.create` makes its file."""

    is_writable = True

    def __init__(self, path: Path, account: str, region: str) -> None:
        super().__init__(path, account, region, open_writer)


def open_writer(path: Path) -> sqlite3.Connection:
    """Return a connection that may do everything."""
    return open_file(path, "rw")
