"""Whom an import into a store would make trusted, and whom not any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.domain.moving import Kind
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import Approver, SignedTrustChange
from bunsui_core.domain.trust_changing import a
from bunsui_core.domain.trusting import Expected, Kept, Trusted, trusted

Lines = Callable[[Kind], Iterable[str]]
"""Gives the records of a kind."""


def trust_of(lines: Lines, expected: Expected) -> Trusted:
    """Return who is trusted by what a store or an export holds. Raises: StoreDamaged."""
    rows = tuple(Approver.model_validate_json(one) for one in lines(Kind.APPROVERS))
    signed = (SignedTrustChange.model_validate_json(one) for one in lines(Kind.TRUST_CHANGES))
    return trusted(Kept(rows=rows, changes=tuple(signed)), expected, is_signed)


def newly_trusted(now: Trusted, then: Trusted) -> Iterator[str]:
    """Give a sentence for everybody whose word would count otherwise than now."""
    if then.flaw:
        yield f"nobody: {then.flaw}"
        return
    known = {one.key_id: one for one in now.approvers}
    for one in then.approvers:
        before = known.pop(one.key_id, None)
        if before is None or _counts(before) != _counts(one):
            is_revoked = " (revoked)" if one.revoked_at else ""
            yield f"approver {one.name}, {a(one.role)}, with the key {one.key_id}{is_revoked}"
    for lost in known.values():
        if not lost.revoked_at:
            yield f"{lost.name} with the key {lost.key_id} is not trusted any more"


def new_policy(now: Iterable[str], then: Iterable[str]) -> Iterator[str]:
    """Give a sentence about the policy that would be in force, where it is another one."""
    before, after = _newest(now), _newest(then)
    if after and after != before:
        yield f"policy {after.seq} of the key {after.key_id}"


def _newest(lines: Iterable[str]) -> SignedPolicy | None:
    found = [SignedPolicy.model_validate_json(one) for one in lines]
    return max(found, key=lambda one: one.seq, default=None)


def _counts(one: Approver) -> tuple[str, str, bool]:
    return one.name, one.role, one.revoked_at is None
