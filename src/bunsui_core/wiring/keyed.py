"""What a human's desk holds beside the store: keys that sign, over whom to trust."""

from __future__ import annotations

from dataclasses import dataclass

from bunsui_core.adapters.local.control.keys import FileKeys
from bunsui_core.adapters.local.control.signing import Signers
from bunsui_core.app.recorded import recorded
from bunsui_core.settings import Settings
from bunsui_core.wiring.signers import signers
from bunsui_core.wiring.written import Written


@dataclass(frozen=True)
class Keyed:
    """Approvers' keys, and what holds their private halves."""

    keys: FileKeys
    signers: Signers


def keyed(settings: Settings, kept: Written) -> Keyed:
    """Return the keys of the human at this terminal."""
    signs = signers(settings)
    keys = FileKeys(kept.listed, signs, settings.trust_root, lambda: recorded(kept.audit))
    return Keyed(keys, signs)
