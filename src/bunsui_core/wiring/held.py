"""Looks whether KMS still holds the keys that are trusted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial

from bunsui_core.adapters.aws.control.kms import KmsKeys
from bunsui_core.domain.errors import BunsuiError, NotAuthorised
from bunsui_core.domain.health import Check
from bunsui_core.domain.trust import Approver, Holder
from bunsui_core.settings import Settings
from bunsui_core.wiring.premises import attempted
from bunsui_core.wiring.shared import access
from bunsui_core.wiring.trusted import read_trust


def held(settings: Settings) -> Iterator[Check]:
    """Yield for each trusted key of KMS whether the approver's profile sees the same one there."""
    try:
        known = [one for one in _trusted(settings) if one.holder is Holder.KMS]
    except BunsuiError:
        return  # the row of the store says so
    with closing(KmsKeys(lambda: access(settings, "approver"))) as kms:
        for one in known:
            yield attempted(f"key of {one.name}", partial(_same, kms, one))


def _trusted(settings: Settings) -> tuple[Approver, ...]:
    known = read_trust(settings, "approver").trusted()
    return tuple(one for one in known if not one.revoked_at)


def _same(kms: KmsKeys, approver: Approver) -> str:
    _, public = kms.public_half(approver.kms_key)
    if public != approver.public_key:
        raise NotAuthorised(
            f"KMS holds another key at {approver.kms_key} than the trusted one.",
            "Find out who changed it; it signs nothing that counts.",
        )
    return f"{approver.kms_key}, the one that is trusted"
