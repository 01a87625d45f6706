"""Whether the signed policies of a store follow one another, so that none comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bunsui_core.domain.policy import SignedPolicy


def newest_first(policies: Iterable[SignedPolicy]) -> tuple[SignedPolicy, ...]:
    """Return policies by the number that each was signed under, whatever it was stored under."""
    return tuple(sorted(policies, key=lambda one: one.seq, reverse=True))


def succession_flaw(
    policies: Iterable[SignedPolicy], is_good: Callable[[SignedPolicy], bool]
) -> str:
    """Return why policies do not follow one another, or an empty text.

    The first may be one of an older store, which was signed without a number; each later one
    names the digest of the one before. `is_good` says whether a key that was ever trusted made
    the signature.
    """
    before: SignedPolicy | None = None
    for one in reversed(newest_first(policies)):
        why = _flaw(one, before)
        if why or not is_good(one):
            return f"policy {one.seq} {why or 'was not signed by a key that was ever trusted'}"
        before = one
    return ""


def _flaw(one: SignedPolicy, before: SignedPolicy | None) -> str:
    if one.version == 1:
        is_first = before is None and one.seq == 0
        return "" if is_first else "was signed before policies had numbers"
    if before is None:
        return "" if one.seq == 1 and not one.prev else "is not the first, and none is before it"
    if one.seq != before.seq + 1:
        return f"does not follow policy {before.seq}"
    return "" if one.prev == before.digest else "names another one before it"
