"""Which signed changes bring a trust list from what it is to what a lead wants."""

from __future__ import annotations

from dataclasses import dataclass

from bunsui_core.domain.errors import BadInput, Conflict, NotAuthorised, NotFound, Refused
from bunsui_core.domain.naming import must_be_usable
from bunsui_core.domain.trust import (
    BEFORE_THE_FIRST,
    Approver,
    Named,
    Role,
    TrustAction,
    TrustChange,
)
from bunsui_core.domain.trusting import Trusted, taken
from bunsui_core.domain.value import Instant, Value

MOST_BYTES = 4096
"""The longest message that KMS signs as it is (Sign, MessageType RAW)."""


@dataclass(frozen=True)
class Act:
    """When and why a list is changed; `nonce` makes the signed bytes unlike any others."""

    now: Instant
    nonce: str
    reason: str = ""


class Loss(Value):
    """Whose key goes, and what it takes along: open approvals, and perhaps the policy."""

    approver: Approver
    requests: tuple[str, ...]
    policy: bool


def first_change(about: Named, place: tuple[str, str], at: Instant, nonce: str) -> TrustChange:
    """Return the change with which a trust list begins: a key says that it is trusted."""
    account, region = place
    return TrustChange(
        account=account,
        region=region,
        seq=1,
        prev=BEFORE_THE_FIRST,
        action=TrustAction.ADD,
        approver=about,
        by=about.name,
        by_key_id=about.key_id,
        at=at,
        nonce=nonce,
    )


def lead_of(known: Trusted, name: str) -> Approver:
    """Return the lead of a name. Raises: NotAuthorised when there is no such lead now."""
    found = known.named(name)
    if found is None:
        raise NotAuthorised(
            f"{name or 'nobody'} is not an approver here.", "`bunsui approvers list` lists them."
        )
    if not found.is_lead:
        why = "was revoked" if found.revoked_at else "decides, and says not who may"
        raise NotAuthorised(
            f"{name} {why}: only a lead changes who is trusted and which policy holds.",
            f"Leads here: {', '.join(one.name for one in known.leads)}.",
        )
    return found


def adding(known: Trusted, newcomer: Named, by: Approver, act: Act) -> tuple[TrustChange, ...]:
    """Return the changes that add somebody. Raises: BadInput, Conflict."""
    must_be_usable(newcomer.name)
    if why := taken(newcomer.name, newcomer.key_id, known.approvers):
        raise Conflict(f"{why}.", "A name and a key are given once; choose others.")
    return _changes(known, (TrustAction.ADD, newcomer), by, act)


def revoking(known: Trusted, name: str, by: Approver, act: Act) -> tuple[TrustChange, ...]:
    """Return the changes that revoke a key. Raises: NotFound, Refused for the last lead."""
    about = _unrevoked(known, name)
    if not {one.key_id for one in known.leads} - {about.key_id}:
        raise Refused(
            f"{name} is the only lead, and without a lead nobody could be added any more.",
            "Add another lead first, or make an approver one with `bunsui approvers role`.",
        )
    return _changes(known, (TrustAction.REVOKE, about.named), by, act)


def giving_role(
    known: Trusted, name: str, role: Role, by: Approver, act: Act
) -> tuple[TrustChange, ...]:
    """Return the changes that give another role. Raises: NotFound, Refused."""
    about = _unrevoked(known, name)
    if about.role is role:
        raise Refused(f"{name} is {a(role)} already.", "Nothing was changed.")
    if role is Role.APPROVER and not {one.key_id for one in known.leads} - {about.key_id}:
        raise Refused(f"{name} is the only lead, and one has to stay.", "Make another lead first.")
    named = about.named.model_copy(update={"role": role})
    return _changes(known, (TrustAction.ROLE, named), by, act)


def a(role: Role) -> str:
    """Return a role as a sentence names it."""
    return "a lead" if role is Role.LEAD else "an approver"


def _unrevoked(known: Trusted, name: str) -> Approver:
    found = known.named(name)
    if found is None:
        raise NotFound(f"there is no approver {name}.", "List them and choose one.", "approvers")
    if found.revoked_at:
        raise Refused(f"the key of {name} was revoked already.", "Nothing was changed.")
    return found


def _changes(
    known: Trusted, wanted: tuple[TrustAction, Named], by: Approver, act: Act
) -> tuple[TrustChange, ...]:
    """The wanted change, behind those that an older list needs to be made of signed changes."""
    steps = [*([] if known.changes else _inherited(known, by)), wanted]
    made: list[TrustChange] = []
    for number, (action, about) in enumerate(steps, len(known.changes) + 1):
        change = TrustChange(
            account=known.account,
            region=known.region,
            seq=number,
            prev=made[-1].digest if made else known.head,
            action=action,
            approver=about,
            by=by.name,
            by_key_id=by.key_id,
            at=act.now,
            nonce=f"{act.nonce}-{number}",
            reason=act.reason if (action, about) == wanted else INHERITED,
        )
        _must_be_short(change)
        made.append(change)
    return tuple(made)


def _inherited(known: Trusted, by: Approver) -> list[tuple[TrustAction, Named]]:
    """The lead first, who vouches for those that were trusted before changes were signed."""
    others = [one for one in known.approvers if one.key_id != by.key_id]
    added = [(TrustAction.ADD, one.named) for one in (by, *others)]
    return added + [(TrustAction.REVOKE, one.named) for one in others if one.revoked_at]


def _must_be_short(change: TrustChange) -> None:
    if len(change.message) > MOST_BYTES:
        raise BadInput("the reason is too long to be signed.", "Shorten it.")


INHERITED = "trusted before changes were signed"
"""Why an approver of an older store is in the signed list."""
