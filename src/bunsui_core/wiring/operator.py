"""The human's composition root: the store, eyes that only read, and keys to sign with."""

from __future__ import annotations

from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.decisions import LocalDecisions
from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.failure import unusable
from bunsui_core.app.decide import Deciding
from bunsui_core.app.recalled import remembering
from bunsui_core.desk.operator import OperatorDesk
from bunsui_core.settings import Settings
from bunsui_core.wiring.nature import nature
from bunsui_core.wiring.seeing import seeing
from bunsui_core.wiring.store import place, store


def writer(settings: Settings) -> StoreWriter:
    """Return a connection that writes the store, which is made when it is not there."""
    make_folders(settings)
    create(settings.store_path, settings.inbox_path)
    return StoreWriter(settings.store_path, settings.account, settings.region)


def make_folders(settings: Settings) -> None:
    """Make the folders of an environment, each for its owner only. Raises: Unavailable."""
    try:
        for folder in (settings.home, settings.folder.parent, settings.folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(settings.store_path, error) from error


def operator_desk(settings: Settings) -> OperatorDesk:
    """Return the desk of the human at this terminal."""
    connection = writer(settings)
    deciding = Deciding(
        decisions=LocalDecisions(connection),
        keys=LocalKeys(connection, settings.keys_path),
        audit=LocalAudit(connection),
    )
    remembered = store(settings, connection)
    eyes = remembering(seeing(settings, "agent"), remembered)
    return OperatorDesk(remembered, eyes, deciding, place(settings), nature())
