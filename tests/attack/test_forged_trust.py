"""Whom to trust, rewritten in the store by somebody who has no key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control import verifying
from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.app.decide import Signing
from bunsui_core.app.trusting import add, give_role, revoke
from bunsui_core.app.verify import policy_in_force
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.domain.trust import (
    Named,
    Role,
    SignedTrustChange,
    TrustAction,
    TrustChange,
)
from bunsui_core.domain.trust_changing import Act
from bunsui_core.domain.trusting import Recorded
from tests.attack.trust_kit import fresh, named, put, rewrite
from tests.builders import NOW
from tests.local_home import HANAKO, PASSPHRASE, LocalHome

TARO, MALLORY = "taro", "mallory"


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    """A store with a lead, an approver whom she added, and one whom she revoked."""
    made = LocalHome(tmp_path / "home")
    made.trust()
    made.trust(TARO, role=Role.APPROVER)
    made.trust("jiro", role=Role.APPROVER)
    revoke("jiro", Signing(HANAKO, PASSPHRASE), made.keys, Act(NOW, "n-jiro"))
    return made


@pytest.fixture
def mallory(tmp_path: Path) -> LocalHome:
    """A store of Mallory's own, in which his key is trusted."""
    made = LocalHome(tmp_path / "mallory")
    made.trust(MALLORY)
    return made


def trusts(keys: LocalKeys, name: str) -> bool:
    """Whether a name is trusted now."""
    return any(one.name == name and not one.revoked_at for one in keys.trusted())


def signed_by(home: LocalHome, change: TrustChange) -> SignedTrustChange:
    signature = home.keys.sign(change.by, PASSPHRASE, change.message)
    return SignedTrustChange(change=change, signature=signature)


def next_change(home: LocalHome, about: Named, **words: object) -> TrustChange:
    """The change that would follow, which says that Hanako signed it."""
    last = home.keys.trust()
    lead = named(home)
    told: dict[str, object] = {
        "account": last.account,
        "region": last.region,
        "seq": len(last.changes) + 1,
        "prev": last.head,
        "action": TrustAction.ADD,
        "approver": about,
        "by": lead.name,
        "by_key_id": lead.key_id,
        "at": NOW,
        "nonce": "n-forged",
    }
    return TrustChange.model_validate({**told, **words})


def adds_himself(home: LocalHome, mallory: LocalHome) -> tuple[SignedTrustChange, ...]:
    himself = named(mallory)
    words = {"by": himself.name, "by_key_id": himself.key_id}
    change = next_change(home, himself, **words)
    return (*home.keys.trust().changes, signed_by(mallory, change))


def adds_himself_in_her_name(home: LocalHome, mallory: LocalHome) -> tuple[SignedTrustChange, ...]:
    change = next_change(home, named(mallory))
    signature = mallory.keys.sign(MALLORY, PASSPHRASE, change.message)
    return (*home.keys.trust().changes, SignedTrustChange(change=change, signature=signature))


def is_added_by_one_who_is_no_lead(
    home: LocalHome, mallory: LocalHome
) -> tuple[SignedTrustChange, ...]:
    taro = home.keys.trust().named(TARO)
    assert taro
    change = next_change(home, named(mallory), by=taro.name, by_key_id=taro.key_id)
    return (*home.keys.trust().changes, signed_by(home, change))


def comes_between(home: LocalHome, mallory: LocalHome) -> tuple[SignedTrustChange, ...]:
    first, *rest = home.keys.trust().changes
    change = next_change(home, named(mallory), seq=2, prev=first.change.digest)
    signature = mallory.keys.sign(MALLORY, PASSPHRASE, change.message)
    return (first, SignedTrustChange(change=change, signature=signature), *rest)


def puts_his_key_under_her_name(
    home: LocalHome, mallory: LocalHome
) -> tuple[SignedTrustChange, ...]:
    first, *rest = home.keys.trust().changes
    about = first.change.approver.model_copy(update={"public_key": named(mallory).public_key})
    change = first.change.model_copy(update={"approver": about})
    signature = mallory.keys.sign(MALLORY, PASSPHRASE, change.message)
    return (SignedTrustChange(change=change, signature=signature), *rest)


FORGERIES: dict[str, Callable[[LocalHome, LocalHome], tuple[SignedTrustChange, ...]]] = {
    "adds himself": adds_himself,
    "adds himself in her name": adds_himself_in_her_name,
    "is added by one who is no lead": is_added_by_one_who_is_no_lead,
    "comes between": comes_between,
    "puts his key under her name": puts_his_key_under_her_name,
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_change_of_trust_trusts_nobody(
    home: LocalHome, mallory: LocalHome, forgery: str
) -> None:
    rewrite(home, *FORGERIES[forgery](home, mallory))

    keys = fresh(home)

    assert not keys.trusted()
    assert keys.trust().flaw
    assert policy_in_force(keys) is None


def test_a_forged_change_counts_where_signatures_and_signers_are_not_looked_at(
    home: LocalHome, mallory: LocalHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(home, *adds_himself_in_her_name(home, mallory))
    monkeypatch.setattr(verifying, "is_signed", lambda *_: True)

    assert trusts(fresh(home), MALLORY)


def orders(changes: tuple[SignedTrustChange, ...]) -> dict[str, tuple[SignedTrustChange, ...]]:
    first, taro, jiro, no_jiro = changes
    return {
        "the revocation moved": (first, taro, no_jiro, jiro),
        "the revocation taken out of the middle": (first, taro, no_jiro),
        "an addition left out": (first, jiro, no_jiro),
        "another beginning": (taro, first, jiro, no_jiro),
        "an addition again": (first, taro, jiro, no_jiro, jiro),
        "a revocation again": (first, taro, jiro, no_jiro, no_jiro),
    }


def test_changes_in_another_order_or_again_trust_nobody(home: LocalHome) -> None:
    made = home.keys.trust().changes

    for name, changes in orders(made).items():
        rewrite(home, *changes)
        assert not fresh(home).trusted(), name

    rewrite(home, *made)
    assert trusts(fresh(home), TARO)


def test_a_revocation_cut_off_is_taken_back_only_where_nobody_saw_it(home: LocalHome) -> None:
    changes = home.keys.trust().changes
    seen = Recorded(changes={one.change.seq: one.change.digest for one in changes})
    rewrite(home, *changes[:-1])

    assert trusts(fresh(home), "jiro")
    assert not fresh(home, recorded=seen).trusted()


def test_a_store_of_his_own_counts_only_where_nobody_named_the_first_key(
    home: LocalHome, mallory: LocalHome
) -> None:
    root = named(home).key_id
    rewrite(home, *mallory.keys.trust().changes)
    put(home, mallory.keys.policies())

    assert trusts(fresh(home), MALLORY)
    assert not fresh(home, root).trusted()


def test_a_row_of_an_older_store_is_not_trusted_under_the_id_of_another_key(
    home: LocalHome, mallory: LocalHome
) -> None:
    (hanako, *_) = home.keys.trusted()
    rewrite(home)
    forged = hanako.model_copy(update={"public_key": named(mallory).public_key})
    home.plant_approver(forged)

    assert not fresh(home, hanako.key_id).trusted()
    assert not fresh(home).trusted()


def test_a_row_of_an_older_store_is_trusted_under_its_own(home: LocalHome) -> None:
    (hanako, *_) = home.keys.trusted()
    rewrite(home)
    home.plant_approver(hanako)

    assert trusts(fresh(home, hanako.key_id), HANAKO)


def test_an_older_row_beside_signed_changes_is_not_trusted(
    home: LocalHome, mallory: LocalHome
) -> None:
    (stranger, *_) = mallory.keys.trusted()
    home.plant_approver(stranger)

    assert not trusts(fresh(home), MALLORY)
    assert trusts(fresh(home), TARO)


def test_an_approver_who_is_no_lead_adds_and_promotes_nobody(
    home: LocalHome, mallory: LocalHome
) -> None:
    taro = Signing(TARO, PASSPHRASE)

    with pytest.raises(NotAuthorised):
        add(named(mallory), taro, home.keys, Act(NOW, "n-1"))
    with pytest.raises(NotAuthorised):
        give_role(TARO, Role.LEAD, taro, home.keys, Act(NOW, "n-2"))


def test_a_lead_adds_and_promotes(home: LocalHome, mallory: LocalHome) -> None:
    hanako = Signing(HANAKO, PASSPHRASE)

    add(named(mallory), hanako, home.keys, Act(NOW, "n-1"))
    known = give_role(TARO, Role.LEAD, hanako, home.keys, Act(NOW, "n-2"))

    assert [one.name for one in known.leads] == [HANAKO, TARO, MALLORY]
