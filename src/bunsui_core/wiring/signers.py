"""Where this user's private keys are."""

from __future__ import annotations

from bunsui_core.adapters.aws.control.kms import KmsKeys
from bunsui_core.adapters.local.control.signing import Signers
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import moment
from bunsui_core.wiring.shared import access


def signers(settings: Settings) -> Signers:
    """Return what signs in an environment: key files of its folder, and KMS as its approver."""
    held = KmsKeys(lambda: access(settings, "approver"))
    return Signers(settings.keys_path, moment, held, settings.unlock_minutes)
