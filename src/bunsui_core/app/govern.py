"""Put a policy in force: a lead signs its text, and every one before it is kept."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.app.decide import Signing
from bunsui_core.app.trusting import must_be_lead
from bunsui_core.app.verify import in_force
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.policy import SignedPolicy, parse_policy
from bunsui_core.domain.trust import Approver
from bunsui_core.ports.control import Keys


def sign_policy(text: str, signing: Signing, keys: Keys, now: datetime) -> SignedPolicy:
    """Sign a policy's text and put it in force, and return it.

    Raises: BadInput, with the line, when it does not parse; NotAuthorised unless a lead signs;
    Refused when it is in force already; Conflict when somebody was faster.
    """
    parse_policy(text)
    lead = must_be_lead(keys, signing.approver)
    held = in_force(keys)
    if held.policy and held.signed and held.signed.text == text:
        raise Refused("that policy is in force already.", "Nothing was signed.")
    unsigned = _next(text, lead, keys, now)
    signature = keys.sign(lead.name, signing.passphrase, unsigned.message)
    signed = unsigned.model_copy(update={"signature": signature})
    keys.set_policy(signed)
    return signed


def _next(text: str, lead: Approver, keys: Keys, now: datetime) -> SignedPolicy:
    """The policy that follows the newest one, whether that is in force or not."""
    before, place = keys.policy(), keys.trust()
    return SignedPolicy(
        version=2,
        text=text,
        key_id=lead.key_id,
        signature="",
        account=place.account,
        region=place.region,
        seq=before.seq + 1 if before else 1,
        prev=before.digest if before else "",
        at=now,
    )
