"""`Keys`: one first key, a passphrase that matters, a policy only a trusted human sets."""

from __future__ import annotations

import stat
from functools import partial

import pytest

from bunsui_core.domain.errors import (
    BadInput,
    NotAuthorised,
    NotFound,
    Refused,
    StoreDamaged,
)
from bunsui_core.domain.policy import STARTER
from bunsui_core.domain.trust import Approver
from bunsui_core.ports.control import Keys
from tests.builders import NOW
from tests.contract.conftest import Home
from tests.local_home import HANAKO, PASSPHRASE
from tests.race import together


@pytest.fixture
def keys(home: Home) -> Keys:
    return home.keys


def test_the_first_key_is_trusted_and_signs_the_starter_policy(keys: Keys) -> None:
    hanako = keys.create(HANAKO, PASSPHRASE, False, NOW)

    policy = keys.policy()

    assert keys.trusted() == (hanako,)
    assert policy
    assert policy.text == STARTER
    assert keys.verify(hanako.key_id, policy.message, policy.signature)


def test_before_the_first_key_there_is_neither_trust_nor_policy(keys: Keys) -> None:
    assert (keys.trusted(), keys.policy()) == ((), None)


def test_there_is_no_second_first_key(keys: Keys) -> None:
    hanako = keys.create(HANAKO, PASSPHRASE, False, NOW)

    with pytest.raises(Refused):
        keys.create("mallory", PASSPHRASE, False, NOW)
    assert keys.trusted() == (hanako,)


def test_a_revoked_key_does_not_empty_the_trust_list(keys: Keys, home: Home) -> None:
    home.revoke(home.trust())

    with pytest.raises(Refused):
        keys.create("mallory", PASSPHRASE, False, NOW)


def test_of_two_first_keys_at_once_one_is_trusted(keys: Keys, home: Home) -> None:
    answers = together(
        partial(keys.create, "hanako", PASSPHRASE, False, NOW),
        partial(keys.create, "mallory", PASSPHRASE, False, NOW),
    )

    winners = tuple(answer for answer in answers if isinstance(answer, Approver))
    assert keys.trusted() == winners
    assert len(list((home.folder / "keys").iterdir())) == 1


@pytest.mark.parametrize("demo", [True, False])
def test_a_demo_key_is_marked_as_one(keys: Keys, demo: bool) -> None:
    keys.create(HANAKO, PASSPHRASE, demo, NOW)

    assert [one.is_demo for one in keys.trusted()] == [demo]


@pytest.mark.parametrize("name", ["", "a b", "../x", "human:x", "名前", "x" * 65, "a\nb"])
def test_a_name_that_cannot_be_told_apart_is_refused(keys: Keys, name: str) -> None:
    with pytest.raises(BadInput):
        keys.create(name, PASSPHRASE, False, NOW)


@pytest.mark.parametrize(("passphrase", "demo"), [("", True), ("", False), ("1234567", False)])
def test_a_key_under_a_passphrase_that_anybody_guesses_is_not_made(
    keys: Keys, passphrase: str, demo: bool
) -> None:
    with pytest.raises(BadInput, match="at least 8"):
        keys.create(HANAKO, passphrase, demo, NOW)
    assert keys.trusted() == ()


def test_a_signature_covers_every_byte(keys: Keys) -> None:
    hanako = keys.create(HANAKO, PASSPHRASE, False, NOW)
    signature = keys.sign(HANAKO, PASSPHRASE, b"message")

    assert keys.verify(hanako.key_id, b"message", signature)
    assert not keys.verify(hanako.key_id, b"messagE", signature)


@pytest.mark.parametrize("signature", ["", "00" * 64, "not hex", "00", "é"])
def test_what_is_no_signature_is_not_good(keys: Keys, signature: str) -> None:
    hanako = keys.create(HANAKO, PASSPHRASE, False, NOW)

    assert not keys.verify(hanako.key_id, b"message", signature)


def test_an_unknown_key_signs_nothing(keys: Keys) -> None:
    keys.create(HANAKO, PASSPHRASE, False, NOW)
    signature = keys.sign(HANAKO, PASSPHRASE, b"message")

    assert not keys.verify("f" * 16, b"message", signature)


def test_a_revoked_key_signs_and_verifies_nothing(keys: Keys, home: Home) -> None:
    hanako = home.trust()
    signature = keys.sign(HANAKO, PASSPHRASE, b"message")

    home.revoke(hanako)

    assert not keys.verify(hanako.key_id, b"message", signature)
    with pytest.raises(NotAuthorised, match="revoked"):
        keys.sign(HANAKO, PASSPHRASE, b"message")


@pytest.mark.parametrize("passphrase", ["", "Three quiet rivers", f"{PASSPHRASE} "])
def test_a_wrong_passphrase_signs_nothing(keys: Keys, passphrase: str) -> None:
    keys.create(HANAKO, PASSPHRASE, False, NOW)

    with pytest.raises(NotAuthorised, match="passphrase"):
        keys.sign(HANAKO, passphrase, b"message")


def test_whoever_is_no_approver_signs_nothing(keys: Keys) -> None:
    keys.create(HANAKO, PASSPHRASE, False, NOW)

    with pytest.raises(NotFound, match="mallory"):
        keys.sign("mallory", PASSPHRASE, b"message")


def test_a_policy_signed_by_a_trusted_human_is_in_force(keys: Keys, home: Home) -> None:
    home.trust()

    policy = home.rule("two")

    assert keys.policy() == policy


def test_a_policy_that_nobody_trusted_signed_is_refused(keys: Keys, home: Home) -> None:
    home.trust()
    policy = home.rule("one")

    with pytest.raises(NotAuthorised):
        keys.set_policy(policy.model_copy(update={"text": STARTER}))
    with pytest.raises(NotAuthorised):
        keys.set_policy(policy.model_copy(update={"key_id": "f" * 16}))
    assert keys.policy() == policy


def test_a_policy_that_does_not_parse_is_refused(keys: Keys, home: Home) -> None:
    home.trust()
    policy = home.rule("one")

    with pytest.raises(BadInput):
        home.rule("everyone")
    assert keys.policy() == policy


def test_keys_of_another_account_or_region_are_not_trusted(keys: Keys, home: Home) -> None:
    hanako = home.trust()
    signature = keys.sign(HANAKO, PASSPHRASE, b"message")

    for other in (home.another(account="111111111111"), home.another(region="eu-west-1")):
        assert not other.keys.verify(hanako.key_id, b"message", signature)
        assert other.keys.policy() is None


def test_a_key_file_is_readable_by_this_user_only_and_holds_no_plain_key(home: Home) -> None:
    home.trust()
    folder = home.folder / "keys"
    (file,) = folder.iterdir()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "PRIVATE" not in file.read_text()
    assert PASSPHRASE not in file.read_text()


def test_a_key_file_that_is_not_here_is_said_to_be_missing(home: Home) -> None:
    hanako = home.trust()
    (home.folder / "keys" / f"{hanako.key_id}.json").unlink()

    with pytest.raises(NotFound, match="not on this machine"):
        home.keys.sign(HANAKO, PASSPHRASE, b"message")


@pytest.mark.parametrize(
    ("old", "new"), [("{", ""), ('"cost":16', '"cost":1073741824'), ('"salt":"', '"salt":"zz')]
)
def test_a_damaged_key_file_is_named_and_never_tried(home: Home, old: str, new: str) -> None:
    hanako = home.trust()
    file = home.folder / "keys" / f"{hanako.key_id}.json"
    file.write_text(file.read_text().replace(old, new))

    with pytest.raises(StoreDamaged, match="not a key file"):
        home.keys.sign(HANAKO, PASSPHRASE, b"message")


def test_another_key_in_the_place_of_the_trusted_one_signs_nothing(home: Home) -> None:
    hanako = home.trust()
    taro = home.trust("taro")
    folder = home.folder / "keys"
    (folder / f"{taro.key_id}.json").replace(folder / f"{hanako.key_id}.json")

    with pytest.raises(NotAuthorised, match="another key"):
        home.keys.sign(HANAKO, PASSPHRASE, b"message")
