"""Change who is trusted: each change is decided, signed by a lead and stored."""

from __future__ import annotations

from bunsui_core.app.decide import Signing
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.domain.trust import Approver, Named, Role, SignedTrustChange, TrustChange
from bunsui_core.domain.trust_changing import Act, adding, giving_role, lead_of, revoking
from bunsui_core.domain.trusting import Trusted
from bunsui_core.ports.control import Keys, Trust


def add(newcomer: Named, signing: Signing, keys: Keys, act: Act) -> Trusted:
    """Trust somebody from now on.

    Raises: NotAuthorised unless a lead signs; Conflict for a name or key that is taken; BadInput.
    """
    known = must_hold(keys)
    changes = adding(known, newcomer, lead_of(known, signing.approver), act)
    return _signed(changes, signing, keys)


def revoke(name: str, signing: Signing, keys: Keys, act: Act) -> Trusted:
    """Trust somebody's key no more.

    Raises: NotAuthorised unless a lead signs; NotFound; Refused for the only lead.
    """
    known = must_hold(keys)
    return _signed(revoking(known, name, lead_of(known, signing.approver), act), signing, keys)


def give_role(name: str, role: Role, signing: Signing, keys: Keys, act: Act) -> Trusted:
    """Make an approver a lead, or a lead an approver.

    Raises: NotAuthorised unless a lead signs; NotFound; Refused for the only lead.
    """
    known = must_hold(keys)
    changes = giving_role(known, name, role, lead_of(known, signing.approver), act)
    return _signed(changes, signing, keys)


def must_hold(keys: Trust) -> Trusted:
    """Return who is trusted. Raises: NotAuthorised when the list does not hold."""
    known = keys.trust()
    if known.flaw:
        raise NotAuthorised(
            f"nobody is trusted here: {known.flaw}.",
            "Find out who changed the store, and restore it from an export.",
        )
    return known


def must_be_lead(keys: Trust, name: str) -> Approver:
    """Return the lead of a name. Raises: NotAuthorised when there is no such lead now."""
    return lead_of(must_hold(keys), name)


def _signed(changes: tuple[TrustChange, ...], signing: Signing, keys: Keys) -> Trusted:
    signed = tuple(
        SignedTrustChange(
            change=change,
            signature=keys.sign(signing.approver, signing.passphrase, change.message),
        )
        for change in changes
    )
    return keys.record(signed)
