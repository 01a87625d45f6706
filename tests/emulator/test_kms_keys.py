"""A key in KMS: its owner signs with it, and IAM, not our code, denies everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bunsui_core.adapters.aws.client import Access
from bunsui_core.adapters.aws.control.kms import MOST_BYTES, KmsKeys
from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.adapters.local.control.signing import Signers
from bunsui_core.domain.errors import (
    BadInput,
    BunsuiError,
    NotAuthorised,
    NotFound,
    Refused,
    Unavailable,
)
from bunsui_core.domain.trust import Approver, Holder
from bunsui_core.wiring.clock import moment
from tests.builders import ACCOUNT, NOW, REGION
from tests.emulator.iam_world import World

MESSAGE = b"bunsui/decision/v2\0{}"


def access(estate: World, actor: str) -> Access:
    """How an actor of the estate reaches it, with no guard of ours in between."""
    key = estate.keys[actor]
    return Access(estate.url, REGION, key.access_key_id, key.secret_access_key, reading=False)


@pytest.fixture
def own(estate: World) -> Iterator[KmsKeys]:
    """The keys that Aiko, who approves, may use."""
    with closing(KmsKeys(lambda: access(estate, "approver"))) as keys:
        yield keys


def made(estate: World, spec: str, usage: str = "SIGN_VERIFY") -> str:
    """Make a key of Aiko's and return its ARN."""
    tags = [{"TagKey": "bunsui:approver", "TagValue": "aiko"}]
    kms = estate.client("root", "kms")
    arn: str = kms.create_key(KeySpec=spec, KeyUsage=usage, Tags=tags)["KeyMetadata"]["Arn"]
    return arn


def aiko(own: KmsKeys, kms_key: str) -> Approver:
    """Aiko as an approver whose key KMS holds."""
    address, public = own.public_half(kms_key)
    return Approver(
        name="aiko",
        key_id="k",
        public_key=public,
        is_demo=False,
        added_at=NOW,
        holder=Holder.KMS,
        kms_key=address,
    )


def test_a_signature_of_kms_is_good_under_the_public_half_without_aws(
    own: KmsKeys, estate: World
) -> None:
    address, public = own.public_half(estate.names["own_key"])

    assert address == estate.names["own_key"]
    assert is_signed(public, MESSAGE, own.sign(address, MESSAGE))
    assert not is_signed(public, MESSAGE + b" ", own.sign(address, MESSAGE))


def test_an_approver_signs_with_her_own_key_and_with_no_other(own: KmsKeys, estate: World) -> None:
    assert own.sign(estate.names["own_key"], MESSAGE)

    for name in ("others_key", "plain_key"):
        with pytest.raises(NotAuthorised, match="bunsui:approver"):
            own.sign(estate.names[name], MESSAGE)


def test_the_public_half_of_anothers_key_is_known_and_of_a_key_of_nobody_not(
    own: KmsKeys, estate: World
) -> None:
    assert own.public_half(estate.names["others_key"])[0] == estate.names["others_key"]
    with pytest.raises(NotAuthorised):
        own.public_half(estate.names["plain_key"])


@pytest.mark.parametrize("actor", ["asker", "executor"])
def test_iam_denies_a_signature_to_whoever_only_asks_or_executes(
    actor: str, own: KmsKeys, estate: World
) -> None:
    key = estate.names["own_key"]
    with (
        closing(KmsKeys(lambda: access(estate, actor))) as theirs,
        pytest.raises(NotAuthorised),
    ):
        theirs.sign(key, MESSAGE)
    assert own.sign(key, MESSAGE)


@pytest.mark.parametrize(
    ("spec", "usage"),
    [
        ("ECC_NIST_P256", "SIGN_VERIFY"),
        ("RSA_2048", "SIGN_VERIFY"),
        ("RSA_2048", "ENCRYPT_DECRYPT"),
    ],
)
def test_a_key_of_another_kind_is_refused_with_how_to_make_one(
    spec: str, usage: str, own: KmsKeys, estate: World
) -> None:
    with pytest.raises(BadInput, match="create-key --key-spec ECC_NIST_EDWARDS25519"):
        own.public_half(made(estate, spec, usage))


def test_a_key_that_encrypts_has_no_public_half(own: KmsKeys, estate: World) -> None:
    with pytest.raises(BadInput, match="signs no decisions"):
        own.public_half(made(estate, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"))


def test_a_disabled_key_and_one_to_be_deleted_say_so(own: KmsKeys, estate: World) -> None:
    key = made(estate, "ECC_NIST_EDWARDS25519")
    kms = estate.client("root", "kms")

    kms.disable_key(KeyId=key)
    with pytest.raises(Refused, match="disabled"):
        own.sign(key, MESSAGE)
    kms.enable_key(KeyId=key)
    assert own.sign(key, MESSAGE)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    with pytest.raises(Refused, match="deleted"):
        own.sign(key, MESSAGE)


@pytest.mark.parametrize("said", ["", "hanako", "arn:aws:s3:::bucket", "alias/aiko"])
def test_what_is_no_arn_of_a_key_is_refused_before_anything_is_sent(
    said: str, own: KmsKeys
) -> None:
    with pytest.raises(BadInput, match="ARN"):
        own.public_half(said)


def test_a_key_that_is_not_there_is_named(own: KmsKeys) -> None:
    gone = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"

    with pytest.raises((NotFound, NotAuthorised), match="key/0000"):
        own.sign(gone, MESSAGE)


def test_without_an_answer_nothing_is_signed_and_the_next_step_is_told(estate: World) -> None:
    nobody = Access("http://127.0.0.1:9", REGION, "a", "b", reading=False)
    with closing(KmsKeys(lambda: nobody)) as keys, pytest.raises(Unavailable, match="KMS key"):
        keys.sign(estate.names["own_key"], MESSAGE)


def test_a_message_that_kms_does_not_sign_whole_is_refused_here(
    own: KmsKeys, estate: World
) -> None:
    assert own.sign(estate.names["own_key"], b"x" * MOST_BYTES)
    with pytest.raises(BadInput, match="4096"):
        own.sign(estate.names["own_key"], b"x" * (MOST_BYTES + 1))


def test_an_alias_is_resolved_once_and_the_key_behind_it_is_kept(
    own: KmsKeys, estate: World
) -> None:
    alias = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/aiko"

    assert own.public_half(alias)[0] == estate.names["own_key"]


def test_kms_signs_after_the_name_was_typed_and_not_without(
    own: KmsKeys, estate: World, tmp_path: Path
) -> None:
    signers = Signers(tmp_path, moment, own)
    approver = aiko(own, estate.names["own_key"])

    for typed in ("", "aik", "ben", "y"):
        with pytest.raises(NotAuthorised, match="aiko has to be typed"):
            signers.sign(approver, typed, MESSAGE)
    assert is_signed(approver.public_key, MESSAGE, signers.sign(approver, "aiko", MESSAGE))


def test_another_key_at_the_trusted_address_signs_nothing(
    own: KmsKeys, estate: World, tmp_path: Path
) -> None:
    approver = aiko(own, estate.names["own_key"])
    swapped = approver.model_copy(update={"kms_key": made(estate, "ECC_NIST_EDWARDS25519")})
    signers = Signers(tmp_path, moment, own)

    with pytest.raises(NotAuthorised, match="another key"):
        signers.sign(swapped, "aiko", MESSAGE)


def test_a_key_in_kms_is_not_kept_open_and_has_no_passphrase_to_change(
    own: KmsKeys, estate: World, tmp_path: Path
) -> None:
    signers = Signers(tmp_path, moment, own)
    approver = aiko(own, estate.names["own_key"])

    with pytest.raises(Refused, match="no passphrase"):
        signers.unlock(approver, "aiko")
    with pytest.raises(Refused, match="no passphrase"):
        signers.change(approver, "aiko", lambda: "another one")
    assert signers.unlocked() is None


def test_where_kms_is_not_wired_no_key_of_it_signs(
    own: KmsKeys, estate: World, tmp_path: Path
) -> None:
    approver = aiko(own, estate.names["own_key"])

    with pytest.raises(BunsuiError, match="KMS"):
        Signers(tmp_path, moment).sign(approver, "aiko", MESSAGE)
