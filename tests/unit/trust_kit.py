"""Keys of four people, and what they sign about one another."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.domain.signing import key_id_of
from bunsui_core.domain.trust import (
    Approver,
    Named,
    Role,
    SignedTrustChange,
    TrustAction,
    TrustChange,
)
from bunsui_core.domain.trust_changing import Act, adding, first_change, revoking
from bunsui_core.domain.trusting import NOTHING, Expected, Kept, Recorded, Trusted, trusted
from tests.builders import ACCOUNT, NOW, REGION

PLACE = ACCOUNT, REGION
NAMES = "hanako", "taro", "mika", "mallory"
KEYS = {name: Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32)) for name in NAMES}

Changes = tuple[SignedTrustChange, ...]


def public(name: str) -> str:
    return KEYS[name].public_key().public_bytes_raw().hex()


def half(name: str, role: Role = Role.APPROVER, demo: bool = False) -> Named:
    """The public half of somebody's key."""
    key = public(name)
    return Named(name=name, key_id=key_id_of(key), public_key=key, is_demo=demo, role=role)


def signed(change: TrustChange, by: str = "") -> SignedTrustChange:
    """A change under somebody's signature; under the one's whom it names, unless told."""
    return SignedTrustChange(
        change=change, signature=KEYS[by or change.by].sign(change.message).hex()
    )


def fold(changes: Changes, root: str = "", recorded: Recorded = NOTHING) -> Trusted:
    return trusted(Kept(changes=changes), Expected(*PLACE, root, recorded), is_signed)


def begun(name: str = "hanako", demo: bool = False) -> Changes:
    return (signed(first_change(half(name, Role.LEAD, demo), PLACE, NOW, "n-1")),)


def grown(
    changes: Changes, made: Callable[[Trusted, Approver], tuple[TrustChange, ...]]
) -> Changes:
    """The list with what hanako signed next."""
    known = fold(changes)
    hanako = known.named("hanako")
    assert hanako
    return (*changes, *(signed(one, "hanako") for one in made(known, hanako)))


def act() -> Act:
    return Act(NOW, "n", "because")


def three() -> Changes:
    """Hanako, who added taro as an approver and mika as a lead, and revoked taro."""
    changes = grown(begun(), lambda known, by: adding(known, half("taro"), by, act()))
    changes = grown(changes, lambda known, by: adding(known, half("mika", Role.LEAD), by, act()))
    return grown(changes, lambda known, by: revoking(known, "taro", by, act()))


def next_change(changes: Changes, **said: object) -> TrustChange:
    """A change that hanako might sign next; keywords make it another one."""
    plain = {
        "account": ACCOUNT,
        "region": REGION,
        "seq": len(changes) + 1,
        "prev": fold(changes).head,
        "action": TrustAction.ADD,
        "approver": half("mallory"),
        "by": "hanako",
        "by_key_id": half("hanako").key_id,
        "at": NOW,
        "nonce": "n",
    }
    return TrustChange.model_validate({**plain, **said})
