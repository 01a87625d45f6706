"""The trust list as the fold of signed changes: each forgery ends all trust, with its reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bunsui_core.domain.canonical import digest
from bunsui_core.domain.trust import (
    Role,
    SignedTrustChange,
    TrustAction,
    TrustChange,
)
from bunsui_core.domain.trust_changing import adding, giving_role
from bunsui_core.domain.trusting import Recorded
from tests.builders import NOW
from tests.unit.trust_kit import (
    Changes,
    act,
    begun,
    fold,
    grown,
    half,
    next_change,
    public,
    signed,
    three,
)


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
