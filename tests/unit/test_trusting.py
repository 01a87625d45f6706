"""The trust list as the fold of signed changes: each forgery ends all trust, with its reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.domain.canonical import digest
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.signing import key_id_of
from bunsui_core.domain.trust import (
    Approver,
    Named,
    Role,
    SignedTrustChange,
    TrustAction,
    TrustChange,
)
from bunsui_core.domain.trust_changing import Act, adding, first_change, giving_role, revoking
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


def test_the_list_is_what_its_changes_made_of_it() -> None:
    known = fold(three())

    assert [(one.name, one.role, one.revoked_at) for one in known.approvers] == [
        ("hanako", Role.LEAD, None),
        ("taro", Role.APPROVER, NOW),
        ("mika", Role.LEAD, None),
    ]
    assert (known.flaw, known.root) == ("", half("hanako").key_id)
    assert known.head == digest("bunsui/trust/v1", three()[-1].change.message[16:])


def test_a_lead_can_be_made_an_approver_and_back() -> None:
    lower = grown(three(), lambda known, by: giving_role(known, "mika", Role.APPROVER, by, act()))
    higher = grown(lower, lambda known, by: giving_role(known, "mika", Role.LEAD, by, act()))

    assert [fold(one).named("mika") for one in (lower, higher)] == [
        half("mika", Role.APPROVER).since(NOW),
        half("mika", Role.LEAD).since(NOW),
    ]


ABOUT_TARO = half("taro")
FORGERIES: dict[str, tuple[Callable[[Changes], SignedTrustChange], str]] = {
    "somebody adds herself": (
        lambda c: signed(next_change(c, by="mallory", by_key_id=half("mallory").key_id)),
        "not trusted then",
    ),
    "a key under a lead's name": (
        lambda c: signed(next_change(c, by="hanako"), "mallory"),
        "hanako did not make",
    ),
    "a lead's key under another name": (
        lambda c: signed(next_change(c, by="mika"), "hanako"),
        "the key is hanako's",
    ),
    "a revoked key": (
        lambda c: signed(next_change(c, by="taro", by_key_id=ABOUT_TARO.key_id)),
        "no lead then",
    ),
    "another store's": (
        lambda c: signed(next_change(c, account="111111111111")),
        "another account",
    ),
    "another region's": (lambda c: signed(next_change(c, region="eu-west-1")), "another account"),
    "a number twice": (lambda c: signed(next_change(c, seq=len(c))), "says it is change 4"),
    "a number ahead": (lambda c: signed(next_change(c, seq=len(c) + 2)), "says it is change 6"),
    "after another one": (lambda c: signed(next_change(c, prev="0" * 64)), "does not follow"),
    "a name that is taken": (
        lambda c: signed(
            next_change(c, approver=half("mallory").model_copy(update={"name": "Taro"}))
        ),
        "there is an approver taro (revoked) already",
    ),
    "a key that is taken": (
        lambda c: signed(next_change(c, approver=ABOUT_TARO.model_copy(update={"name": "taro2"}))),
        "taro has this key already",
    ),
    "another key under a key's id": (
        lambda c: signed(
            next_change(
                c, approver=half("mallory").model_copy(update={"key_id": ABOUT_TARO.key_id})
            )
        ),
        "by the id of another one",
    ),
    "a public half that is none": (
        lambda c: signed(
            next_change(c, approver=half("mallory").model_copy(update={"public_key": "zz"}))
        ),
        "by the id of another one",
    ),
    "a revoked one comes back by a role": (
        lambda c: signed(next_change(c, action=TrustAction.ROLE, approver=ABOUT_TARO)),
        "taro, who was revoked",
    ),
    "a role for somebody unknown": (
        lambda c: signed(next_change(c, action=TrustAction.ROLE)),
        "mallory, who is another one",
    ),
    "another public half for somebody known": (
        lambda c: signed(
            next_change(
                c,
                action=TrustAction.ROLE,
                approver=half("mika").model_copy(update={"public_key": public("mallory")}),
            )
        ),
        "mika, who is another one",
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_change_ends_all_trust(forgery: str) -> None:
    made, why = FORGERIES[forgery]
    known = fold((*three(), made(three())))

    assert known.approvers == ()
    assert known.flaw.startswith("change 5 of the trust list ")
    assert why in known.flaw


def test_the_same_change_unforged_is_good() -> None:
    known = fold((*three(), signed(next_change(three()))))

    assert (known.flaw, known.approvers[-1].name) == ("", "mallory")


def test_the_last_lead_cannot_go_by_any_change() -> None:
    lone = grown(begun(), lambda known, by: adding(known, half("taro"), by, act()))
    hanako = half("hanako", Role.LEAD)
    for action, role in ((TrustAction.REVOKE, Role.LEAD), (TrustAction.ROLE, Role.APPROVER)):
        about = hanako.model_copy(update={"role": role})
        known = fold((*lone, signed(next_change(lone, action=action, approver=about))))

        assert "leaves no lead" in known.flaw
        assert known.approvers == ()


def test_every_removal_exchange_and_doubling_is_found() -> None:
    whole = three()
    recorded = Recorded({4: whole[-1].change.digest})
    torn = [tuple(one for one in whole if one is not gone) for gone in whole]
    torn += [(*whole[:n], whole[n + 1], whole[n], *whole[n + 2 :]) for n in range(3)]
    torn += [(*whole[: n + 1], *whole[n:]) for n in range(4)]
    torn += [(), whole[:1], begun("mallory")]

    assert fold(whole, recorded=recorded).flaw == ""
    assert all(fold(one, recorded=recorded).flaw for one in torn)
    assert not any(fold(one, recorded=recorded).approvers for one in torn)


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("field", sorted(TrustChange.model_fields))
def test_no_field_of_a_change_can_be_edited(number: int, field: str) -> None:
    whole = three()
    change = whole[number].change
    other = next_change(
        whole, version=1, reason="x", nonce="y", at=NOW.replace(year=2027), by="x", by_key_id="y"
    ).model_copy(update={"account": "1" * 12, "region": "x", "action": TrustAction.REVOKE})
    if change.action is TrustAction.REVOKE:
        other = other.model_copy(update={"action": TrustAction.ADD})
    edited = change.model_copy(update={field: getattr(other, field)})
    changes = (*whole[:number], whole[number].model_copy(update={"change": edited}))

    assert edited == change if field == "version" else fold(changes).flaw


def test_a_list_that_another_key_began_is_none_where_the_root_is_named() -> None:
    root = half("hanako").key_id

    assert fold(three(), root).flaw == ""
    assert "trust_root" in fold(begun("mallory"), root).flaw
    assert fold(begun("mallory"), root).approvers == ()


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
