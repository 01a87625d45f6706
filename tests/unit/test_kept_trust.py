"""A trust list beside its root, its record and what an older store holds."""

from __future__ import annotations

import pytest

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import (
    Role,
)
from bunsui_core.domain.trust_changing import Act, adding, first_change
from bunsui_core.domain.trusting import Expected, Kept, Recorded, trusted
from tests.builders import NOW, REGION
from tests.unit.trust_kit import KEYS, PLACE, act, begun, fold, half, signed


def test_a_demo_key_says_whom_to_trust_in_the_embedded_aws_only() -> None:
    changes = begun(demo=True)
    elsewhere = first_change(half("hanako", Role.LEAD, demo=True), ("1" * 12, REGION), NOW, "n")
    kept = Kept(changes=(signed(elsewhere),))

    assert fold(changes).approvers
    assert "demo key" in trusted(kept, Expected("1" * 12, REGION), is_signed).flaw


def older(*names: str) -> Kept:
    """What a store of before there were signed changes holds."""
    return Kept(rows=tuple(half(name, Role.LEAD).since(NOW) for name in names))


def test_approvers_of_an_older_store_count_until_there_is_a_change() -> None:
    kept = older("hanako", "mallory")

    assert trusted(kept, Expected(*PLACE), is_signed).approvers == kept.rows
    assert trusted(kept.model_copy(update={"changes": begun()}), Expected(*PLACE), is_signed) == (
        fold(begun())
    )


def test_of_an_older_store_the_named_root_alone_counts() -> None:
    found = trusted(older("hanako", "mallory"), Expected(*PLACE, half("hanako").key_id), is_signed)

    assert [one.name for one in found.approvers] == ["hanako"]


def test_an_older_store_is_brought_under_signed_changes_by_the_next_one() -> None:
    rows = older("hanako", "taro", "mika").rows
    gone = rows[1].model_copy(update={"revoked_at": NOW})
    known = trusted(Kept(rows=(rows[0], gone, rows[2])), Expected(*PLACE), is_signed)

    changes = adding(known, half("mallory"), rows[0], act())
    after = fold(tuple(signed(one, "hanako") for one in changes))

    assert [one.change.action for one in after.changes] == ["add", "add", "add", "revoke", "add"]
    assert [(one.name, one.revoked_at) for one in after.approvers] == [
        ("hanako", None),
        ("taro", NOW),
        ("mika", None),
        ("mallory", None),
    ]


def test_a_store_that_lost_its_signed_changes_is_no_older_one() -> None:
    recorded = Recorded({1: begun()[0].change.digest})

    found = trusted(older("mallory"), Expected(*PLACE, "", recorded), is_signed)

    assert (found.approvers, "was recorded" in found.flaw) == ((), True)


def policy(text: str, seq: int, prev: str = "") -> SignedPolicy:
    """A policy that hanako signed."""
    plain = SignedPolicy(
        version=2, text=text, key_id=half("hanako").key_id, signature="", seq=seq, prev=prev
    )
    signature = KEYS["hanako"].sign(plain.message).hex()
    return plain.model_copy(update={"signature": signature})


def test_a_policy_that_was_recorded_and_is_gone_ends_all_trust() -> None:
    first = policy("one", 1)
    second = policy("two", 2, first.digest)
    expected = Expected(*PLACE, "", Recorded({}, {2: second.digest}))
    kept = Kept(changes=begun(), policies=(second, first))

    assert trusted(kept, expected, is_signed).flaw == ""
    older_only = kept.model_copy(update={"policies": (first,)})
    assert "policy 2 was recorded" in trusted(older_only, expected, is_signed).flaw


def test_a_reason_too_long_to_be_signed_is_refused() -> None:
    known = fold(begun())

    with pytest.raises(BadInput, match="too long"):
        adding(known, half("taro"), known.approvers[0], Act(NOW, "n", "長" * 1300))
