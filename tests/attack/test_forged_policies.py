"""The signed policy, rewritten in the store by somebody who has no key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control import verifying
from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.app.verify import policy_in_force
from bunsui_core.domain import trusting
from bunsui_core.domain.policy import Requirement, SignedPolicy, requirement
from bunsui_core.domain.trusting import Recorded
from tests.attack.trust_kit import fresh, named, put
from tests.builders import a_request
from tests.local_home import HANAKO, PASSPHRASE, LocalHome


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    """A store with a lead and the policy she began with."""
    made = LocalHome(tmp_path / "home")
    made.trust()
    return made


def older(home: LocalHome) -> SignedPolicy:
    """A lax policy that Hanako signed with an older bunsui, which gave policies no numbers."""
    text = 'version = 1\n[[rules]]\nmatch = {}\nrequire = "self"\n'
    unsigned = SignedPolicy(text=text, key_id=named(home).key_id, signature="")
    signature = home.keys.sign(HANAKO, PASSPHRASE, unsigned.message)
    return unsigned.model_copy(update={"signature": signature})


def allows(keys: LocalKeys) -> bool:
    """Whether anything is allowed: `deny` was signed last."""
    policy = policy_in_force(keys)
    return policy is not None and requirement(policy, a_request().plan) is not Requirement.DENY


def test_no_older_policy_is_put_back(home: LocalHome) -> None:
    (lax,) = home.keys.policies()
    deny = home.rule("deny")
    before = older(home)
    again = {
        "behind the newest": (lax, deny, lax),
        "behind it, under another number": (lax, deny, lax.model_copy(update={"seq": 3})),
        "behind it, as one that follows": (
            lax,
            deny,
            lax.model_copy(update={"seq": 3, "prev": deny.digest}),
        ),
        "in each other's place": (deny, lax),
        "of before there were numbers": (lax, deny, before.model_copy(update={"seq": 3})),
        "as the first": (before, deny),
        "without what it follows": (deny.model_copy(update={"text": lax.text}),),
    }

    for name, policies in again.items():
        put(home, policies)
        assert not allows(fresh(home)), name


def test_without_its_number_an_older_policy_would_be_in_force(
    home: LocalHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lax,) = home.keys.policies()
    put(home, (lax, home.rule("deny"), lax))
    monkeypatch.setattr(trusting, "succession_flaw", lambda *_: "")
    monkeypatch.setattr(verifying, "newest_first", tuple)

    assert allows(fresh(home))


def test_a_policy_cut_off_is_taken_back_only_where_nobody_saw_it(home: LocalHome) -> None:
    (lax,) = home.keys.policies()
    deny = home.rule("deny")
    put(home, (lax,))

    assert allows(fresh(home))
    assert not allows(fresh(home, recorded=Recorded(policies={1: lax.digest, 2: deny.digest})))


def test_a_policy_that_was_signed_for_another_store_of_the_account_does_not_follow(
    home: LocalHome, tmp_path: Path
) -> None:
    """The same lead, the same place, another file: what she signed there counts there."""
    shutil.copytree(home.folder, tmp_path / "copy")
    there = LocalHome(tmp_path / "copy")
    (first,) = home.keys.policies()
    here = home.rule("deny")
    there.rule("one")
    second = there.rule("self")

    put(home, (first, here, second))

    assert allows(there.keys)
    assert not allows(fresh(home))
