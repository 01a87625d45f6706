"""A key file counts when nobody else could have read or changed it, and only then."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control import keyfile
from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.adapters.local.control.signing import Signers
from bunsui_core.domain.errors import (
    BadInput,
    BunsuiError,
    NotAuthorised,
    NotFound,
    StoreDamaged,
    StoreNewer,
    Unavailable,
)
from tests.local_home import PASSPHRASE
from tests.unit.key_kit import MESSAGE, Desk, Machine

NEW = "four quiet rivers"
NOBODY = 65534


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Hanako's keys."""
    return Desk(tmp_path / "keys")


def signs(desk: Desk, passphrase: str = PASSPHRASE) -> bool:
    """Whether Hanako's key signs after a passphrase."""
    signature = desk.signers.sign(desk.hanako, passphrase, MESSAGE)
    return is_signed(desk.hanako.public_key, MESSAGE, signature)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o606, 0o644, 0o610])
def test_a_key_file_that_others_can_use_signs_nothing_until_it_is_closed(
    desk: Desk, mode: int
) -> None:
    desk.file.chmod(mode)

    with pytest.raises(NotAuthorised, match=f"chmod go= {desk.file}"):
        signs(desk)
    desk.file.chmod(0o600)
    assert signs(desk)


def test_a_key_file_that_signs_nothing_says_so_before_a_passphrase_is_typed(desk: Desk) -> None:
    assert desk.signers.wrong(desk.hanako) == 0

    desk.file.chmod(0o644)
    with pytest.raises(NotAuthorised, match="chmod go="):
        desk.signers.wrong(desk.hanako)
    desk.file.unlink()
    with pytest.raises(NotFound, match="not on this machine"):
        desk.signers.wrong(desk.hanako)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o720])
def test_a_folder_into_which_others_can_put_keys_is_refused(desk: Desk, mode: int) -> None:
    desk.folder.chmod(mode)

    with pytest.raises(NotAuthorised, match=f"chmod go= {desk.folder}"):
        signs(desk)
    desk.folder.chmod(0o700)
    assert signs(desk)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_key_of_another_user_is_refused(desk: Desk, what: str) -> None:
    os.chown(getattr(desk, what), NOBODY, -1)

    with pytest.raises(NotAuthorised, match="another user"):
        signs(desk)


def test_a_link_in_place_of_a_key_file_is_not_followed(desk: Desk) -> None:
    elsewhere = desk.folder.parent / "elsewhere.json"
    desk.file.rename(elsewhere)
    desk.file.symlink_to(elsewhere)

    with pytest.raises(NotAuthorised, match="is a link"):
        signs(desk)
    elsewhere.replace(desk.file)
    assert signs(desk)


def test_a_link_to_nowhere_is_a_link(desk: Desk) -> None:
    desk.file.unlink()
    desk.file.symlink_to("/nowhere")

    with pytest.raises(NotAuthorised, match="is a link"):
        signs(desk)


def test_a_folder_of_keys_may_be_somewhere_else(desk: Desk) -> None:
    elsewhere = desk.folder.parent / "stick"
    desk.folder.rename(elsewhere)
    desk.folder.symlink_to(elsewhere)

    assert signs(desk)


def test_a_pipe_in_place_of_a_key_file_is_not_waited_for(desk: Desk) -> None:
    desk.file.unlink()
    os.mkfifo(desk.file, 0o600)

    with pytest.raises(NotAuthorised, match="not a file"):
        signs(desk)


def test_a_folder_in_place_of_a_key_file_is_named(desk: Desk) -> None:
    desk.file.unlink()
    desk.file.mkdir(0o700)

    with pytest.raises(BunsuiError, match=desk.file.name):
        signs(desk)


def test_a_missing_key_file_says_where_it_was_looked_for(desk: Desk) -> None:
    desk.file.unlink()

    with pytest.raises(NotFound, match=f"{desk.file} does not exist.*another approver"):
        signs(desk)


@pytest.mark.parametrize("text", ["", "{}", "\0" * 100, "[1]", "x" * 70_000, '"' * 65_536])
def test_what_is_no_key_file_is_said_to_be_none(desk: Desk, text: str) -> None:
    desk.file.write_text(text)

    with pytest.raises(StoreDamaged, match="not a key file"):
        signs(desk)


@pytest.mark.parametrize("field", ["salt", "nonce", "sealed"])
def test_a_key_file_with_one_digit_changed_opens_with_no_passphrase(desk: Desk, field: str) -> None:
    sealed = keyfile.read(desk.file)
    value = getattr(sealed, field)
    other = f"{value[:-1]}{'0' if value[-1] != '0' else '1'}"
    desk.file.write_text(sealed.model_copy(update={field: other}).model_dump_json())

    with pytest.raises(NotAuthorised, match="passphrase"):
        signs(desk)


def test_a_key_file_of_another_key_id_opens_with_no_passphrase(desk: Desk) -> None:
    sealed = keyfile.read(desk.file)
    desk.file.write_text(sealed.model_copy(update={"key_id": "f" * 16}).model_dump_json())

    with pytest.raises(NotAuthorised, match="passphrase"):
        signs(desk)


def test_a_new_passphrase_opens_the_same_key_and_the_old_one_nothing(desk: Desk) -> None:
    before = keyfile.read(desk.file)

    desk.signers.change(desk.hanako, PASSPHRASE, lambda: NEW)

    after = keyfile.read(desk.file)
    assert signs(desk, NEW)
    with pytest.raises(NotAuthorised):
        signs(desk, PASSPHRASE)
    assert not {before.salt, before.nonce, before.sealed} & {after.salt, after.nonce, after.sealed}
    assert stat.S_IMODE(desk.file.stat().st_mode) == 0o600
    assert {one.suffix for one in desk.folder.iterdir()} == {".json", ".tries"}


def test_a_passphrase_is_not_changed_by_whoever_does_not_know_it(desk: Desk) -> None:
    before = desk.file.read_bytes()

    with pytest.raises(NotAuthorised):
        desk.signers.change(desk.hanako, "wrong one", lambda: NEW)
    assert desk.file.read_bytes() == before


def test_a_new_passphrase_that_anybody_guesses_is_refused(desk: Desk) -> None:
    with pytest.raises(BadInput, match="at least 8"):
        desk.signers.change(desk.hanako, PASSPHRASE, lambda: "short")
    assert signs(desk)


def test_what_a_killed_change_left_does_not_stop_the_next_one(desk: Desk) -> None:
    desk.file.with_suffix(".new").write_text("half")

    desk.signers.change(desk.hanako, PASSPHRASE, lambda: NEW)

    assert signs(desk, NEW)


@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_full_disk_leaves_the_old_key_whole(
    desk: Desk, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(os, call)

    def full(what: object, *more: object) -> object:
        if call == "open" and not str(what).endswith(".new"):
            return real(what, *more)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(f"bunsui_core.adapters.local.control.keyfile.os.{call}", full)
        with pytest.raises(Unavailable, match="No space left"):
            desk.signers.change(desk.hanako, PASSPHRASE, lambda: NEW)

    assert signs(desk, PASSPHRASE)
    assert not desk.file.with_suffix(".new").exists()


def test_an_empty_passphrase_is_no_guess_and_opens_nothing(desk: Desk) -> None:
    for _ in range(5):
        with pytest.raises(NotAuthorised, match="passphrase"):
            desk.signers.change(desk.hanako, "", lambda: NEW)
    assert signs(desk)


def test_a_passphrase_in_any_language_opens_its_key(desk: Desk) -> None:
    words = "静かな三つの川"

    with pytest.raises(BadInput):
        desk.signers.change(desk.hanako, PASSPHRASE, lambda: words)
    desk.signers.change(desk.hanako, PASSPHRASE, lambda: words * 2)

    assert signs(desk, words * 2)


def test_a_key_file_of_a_newer_bunsui_says_so(desk: Desk) -> None:
    text = desk.file.read_text()
    desk.file.write_text(text.replace('"version":1', '"version":2'))

    with pytest.raises(StoreNewer, match="newer bunsui"):
        signs(desk)
    desk.file.write_text(text)
    assert signs(desk)


def test_a_new_key_is_as_hard_to_guess_at_as_promised_and_a_demo_key_is_not(tmp_path: Path) -> None:
    signers = Signers(tmp_path, Machine().moment)

    costs = {
        demo: keyfile.read(tmp_path / f"{signers.make(PASSPHRASE, demo).key_id}.json").cost
        for demo in (False, True)
    }

    assert costs == {False: 2**17, True: 2**10}


def test_a_new_passphrase_makes_an_easy_key_as_hard_as_a_new_one(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "keys")

    dearer = Signers(desk.folder, desk.machine.moment, cost=2**6)
    dearer.change(desk.hanako, PASSPHRASE, lambda: NEW)

    assert keyfile.read(desk.file).cost == 2**6
    assert signs(desk, NEW)


@pytest.mark.parametrize("passphrase", ["aaaaaaaaaaaa", "12341234", "abcabcabcabc", "静" * 12])
def test_a_passphrase_of_few_characters_over_and_over_is_refused(
    desk: Desk, passphrase: str
) -> None:
    with pytest.raises(BadInput, match="5 different ones"):
        desk.signers.make(passphrase, demo=False)
    assert desk.signers.make(passphrase, demo=True).key_id
