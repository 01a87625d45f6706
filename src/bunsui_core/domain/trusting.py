"""The trust list as the fold of its signed changes; one that does not hold trusts nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.signing import key_id_of
from bunsui_core.domain.succession import succession_flaw
from bunsui_core.domain.trust import (
    BEFORE_THE_FIRST,
    Approver,
    Role,
    SignedTrustChange,
    TrustAction,
    TrustChange,
)
from bunsui_core.domain.value import Value

DEMO_ACCOUNT = "000000000000"
"""The account of the embedded AWS, where alone a demo key may say whom to trust."""

IsSigned = Callable[[str, bytes, str], bool]
"""Whether a public key (hex) made that signature (hex) of a message."""


class Trusted(Value):
    """Who is trusted, and by which changes.

    `flaw` says why nobody is, where the changes do not hold. Without changes the approvers are
    those of an older store, which knew none.
    """

    account: str
    region: str
    approvers: tuple[Approver, ...] = ()
    changes: tuple[SignedTrustChange, ...] = ()
    flaw: str = ""

    @property
    def head(self) -> str:
        """The digest of the newest change."""
        return self.changes[-1].change.digest if self.changes else BEFORE_THE_FIRST

    @property
    def root(self) -> str:
        """The id of the first key, on which the trust in all others rests."""
        return self.changes[0].change.by_key_id if self.changes else ""

    @property
    def leads(self) -> tuple[Approver, ...]:
        """Who may change the list now."""
        return tuple(one for one in self.approvers if one.is_lead)

    def named(self, name: str) -> Approver | None:
        """Return the approver of a name, revoked or not."""
        return next((one for one in self.approvers if one.name == name), None)


class Kept(Value):
    """What is stored of whom to trust, as it was written.

    `rows` are the approvers of an older store, which knew no signed changes, oldest first;
    `changes` the changes, oldest first; `policies` every policy that was put, newest first.
    """

    rows: tuple[Approver, ...] = ()
    changes: tuple[SignedTrustChange, ...] = ()
    policies: tuple[SignedPolicy, ...] = ()


class Recorded(NamedTuple):
    """What was seen of a trust list: digests of changes and of policies' texts, by number."""

    changes: Mapping[int, str] = MappingProxyType({})
    policies: Mapping[int, str] = MappingProxyType({})


NOTHING = Recorded()
"""What was seen of a list that nobody has looked at."""


@dataclass(frozen=True)
class Expected:
    """What a trust list is measured by.

    `root` is the id of the first key where the environment names it; `recorded` what was seen of
    this list before.
    """

    account: str
    region: str
    root: str = ""
    recorded: Recorded = NOTHING


def trusted(kept: Kept, expected: Expected, is_signed: IsSigned) -> Trusted:
    """Return who is trusted. What no good change explains is not, and a bad one ends all trust.

    The rows of an older store count only as long as there is no change, and where the first key
    is named, of them that one alone; a row whose key is not the one of its id never counts.
    """
    changes = kept.changes
    nobody = Trusted(account=expected.account, region=expected.region, changes=changes)
    if flaw := _lost(kept, expected):
        return nobody.model_copy(update={"flaw": flaw})
    if not changes:
        own = [one for one in kept.rows if _is_key_id(one.key_id, one.public_key)]
        old = tuple(one for one in own if expected.root in {"", one.key_id})
        return nobody.model_copy(update=_found(kept, old, is_signed))
    found: dict[str, Approver] = {}
    before = BEFORE_THE_FIRST
    for number, signed in enumerate(changes, 1):
        if why := _flaw(signed, number, before, found, expected, is_signed):
            flaw = f"change {number} of the trust list {why}"
            return nobody.model_copy(update={"flaw": flaw})
        before = signed.change.digest
        _apply(signed.change, found)
    return nobody.model_copy(update=_found(kept, tuple(found.values()), is_signed))


def _found(kept: Kept, approvers: tuple[Approver, ...], is_signed: IsSigned) -> dict[str, object]:
    """The approvers, unless the policies that they signed do not follow one another."""
    keys = {one.key_id: one.public_key for one in approvers}

    def is_good(policy: SignedPolicy) -> bool:
        key = keys.get(policy.key_id)
        return key is not None and is_signed(key, policy.message, policy.signature)

    flaw = succession_flaw(kept.policies, is_good)
    return {"flaw": flaw} if flaw else {"approvers": approvers}


def _flaw(
    signed: SignedTrustChange,
    number: int,
    before: str,
    found: dict[str, Approver],
    expected: Expected,
    is_signed: IsSigned,
) -> str:
    change = signed.change
    signer = found.get(change.by_key_id) if found else _first(change)
    checks = (
        (change.seq == number, f"says it is change {change.seq}"),
        (change.prev == before, "does not follow the one before it"),
        (_is_of(change, expected), "is of another account or region"),
        (signer is not None, "was signed by a key that was not trusted then"),
    )
    if (why := _broken(checks)) or signer is None:
        return why
    return _signer_flaw(signed, signer, is_signed) or _content_flaw(change, found, expected)


def _signer_flaw(signed: SignedTrustChange, signer: Approver, is_signed: IsSigned) -> str:
    change = signed.change
    is_good = is_signed(signer.public_key, change.message, signed.signature)
    return _broken(
        (
            (signer.name == change.by, f"names {change.by}, and the key is {signer.name}'s"),
            (signer.is_lead, f"was signed by {signer.name}, who was no lead then"),
            (
                not signer.is_demo or change.account == DEMO_ACCOUNT,
                "was signed by a demo key, which counts in the embedded AWS only",
            ),
            (is_good, f"has a signature that {signer.name} did not make"),
        )
    )


def _content_flaw(change: TrustChange, found: dict[str, Approver], expected: Expected) -> str:
    about = change.approver
    is_own = _is_key_id(about.key_id, about.public_key)
    if not found:
        is_root = expected.root in {"", about.key_id}
        other_root = f"is not of the key that trust_root names, {expected.root}"
        return _broken(((is_own, _NOT_ITS_KEY), (is_root, other_root)))
    if change.action is TrustAction.ADD:
        why = taken(about.name, about.key_id, tuple(found.values()))
        return _broken(((is_own, _NOT_ITS_KEY), (not why, f"adds somebody though {why}")))
    known = found.get(about.key_id)
    is_known = known is not None and known.named.model_copy(update={"role": about.role}) == about
    left = {one.key_id for one in found.values() if one.is_lead} - {about.key_id}
    is_led = bool(left) or (change.action is TrustAction.ROLE and about.role is Role.LEAD)
    return _broken(
        (
            (is_known, f"is about {about.name}, who is another one"),
            (known is None or known.revoked_at is None, f"is about {about.name}, who was revoked"),
            (is_led, "leaves no lead"),
        )
    )


def taken(name: str, key_id: str, approvers: tuple[Approver, ...]) -> str:
    """Return why nobody can be added under a name with a key, or an empty text.

    A name is given once, also when its key was revoked: the record must stay readable.
    """
    alike = [one for one in approvers if one.name.casefold() == name.casefold()]
    same = [one for one in approvers if one.key_id == key_id]
    if alike:
        was = " (revoked)" if alike[0].revoked_at else ""
        return f"there is an approver {alike[0].name}{was} already"
    return f"{same[0].name} has this key already" if same else ""


def _apply(change: TrustChange, found: dict[str, Approver]) -> None:
    about = change.approver
    if change.action is TrustAction.ADD:
        found[about.key_id] = about.since(change.at)
        return
    is_role = change.action is TrustAction.ROLE
    update = {"role": about.role} if is_role else {"revoked_at": change.at}
    found[about.key_id] = found[about.key_id].model_copy(update=update)


def _first(change: TrustChange) -> Approver | None:
    """The first change is signed by the one whom it adds."""
    about = change.approver
    is_own = change.action is TrustAction.ADD and about.key_id == change.by_key_id
    return about.since(change.at) if is_own else None


def _lost(kept: Kept, expected: Expected) -> str:
    """What was seen before, and is not there any more."""
    changes = {number: one.change.digest for number, one in enumerate(kept.changes, 1)}
    policies = {one.seq: one.digest for one in kept.policies}
    return _missed(expected.recorded.changes, changes, "change {} of the trust list") or _missed(
        expected.recorded.policies, policies, "policy {}"
    )


def _missed(known: Mapping[int, str], found: Mapping[int, str], what: str) -> str:
    for number, seen in sorted(known.items()):
        if number not in found:
            return f"{what.format(number)} was recorded, and is not there any more"
        if found[number] != seen:
            return f"{what.format(number)} is not the one that was recorded"
    return ""


def _is_of(change: TrustChange, expected: Expected) -> bool:
    return (change.account, change.region) == (expected.account, expected.region)


def _is_key_id(key_id: str, public_key: str) -> bool:
    try:
        return key_id == key_id_of(public_key)
    except ValueError:
        return False


def _broken(checks: tuple[tuple[bool, str], ...]) -> str:
    return next((why for holds, why in checks if not holds), "")


_NOT_ITS_KEY = "names a key by the id of another one"
