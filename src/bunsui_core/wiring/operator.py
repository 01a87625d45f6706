"""The human's composition root: the store, eyes that only read, and keys to sign with."""

from __future__ import annotations

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.app.decide import Deciding
from bunsui_core.app.recalled import remembering
from bunsui_core.desk.operator import OperatorDesk
from bunsui_core.desk.trusting import TrustDesk
from bunsui_core.settings import Settings
from bunsui_core.wiring.keyed import keyed
from bunsui_core.wiring.nature import nature
from bunsui_core.wiring.seeing import seeing
from bunsui_core.wiring.store import place
from bunsui_core.wiring.written import make_folders as make_folders
from bunsui_core.wiring.written import writer as writer
from bunsui_core.wiring.written import written


def operator_desk(settings: Settings) -> OperatorDesk:
    """Return the desk of the human at this terminal."""
    kept = written(settings, "approver")
    own = keyed(settings, kept)
    deciding = Deciding(
        decisions=kept.decisions,
        keys=own.keys,
        audit=kept.audit,
        unlocking=own.signers,
        sessions=kept.store.sessions,
    )
    eyes = remembering(seeing(settings, "agent"), kept.store)
    return OperatorDesk(kept.store, eyes, deciding, place(settings), nature(settings))


def trust_desk(settings: Settings) -> TrustDesk:
    """Return the desk at which leads say who is trusted."""
    kept = written(settings, "approver")
    own = keyed(settings, kept)
    return TrustDesk(own.keys, own.signers, kept.store.requests, nature(settings), is_signed)
