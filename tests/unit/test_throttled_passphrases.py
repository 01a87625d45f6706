"""Whoever guesses at a passphrase waits longer and longer, whatever else she does."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.domain.errors import BunsuiError, NotAuthorised, Unavailable
from bunsui_core.domain.throttling import (
    FREE,
    LONGEST_WAIT,
    UNREADABLE,
    Tries,
    failed,
    in_words,
    seconds_left,
)
from tests.local_home import PASSPHRASE
from tests.race import together
from tests.unit.key_kit import MESSAGE, Desk, Machine


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Hanako's keys."""
    return Desk(tmp_path / "keys")


def said(desk: Desk, passphrase: str) -> str:
    """What a new process says to a passphrase; nothing when it signs."""
    try:
        signature = desk.process().sign(desk.hanako, passphrase, MESSAGE)
    except BunsuiError as error:
        return str(error)
    assert is_signed(desk.hanako.public_key, MESSAGE, signature)
    return ""


def sign(desk: Desk, passphrase: str) -> str:
    """Sign in a new process."""
    return desk.process().sign(desk.hanako, passphrase, MESSAGE)


def guess(desk: Desk, times: int = FREE) -> None:
    """Type a wrong passphrase so often, in a process of its own each time."""
    for _ in range(times):
        assert "does not open" in said(desk, "wrong")


def test_the_waits_double_up_to_an_hour() -> None:
    now = Machine().moment()
    pauses = [Tries(failures=number, last=now).pause for number in range(20)]

    assert pauses[:8] == [0, 0, 0, 5, 10, 20, 40, 80]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_WAIT


def test_a_million_wrong_passphrases_are_still_one_wait() -> None:
    now = Machine().moment()

    assert failed(Tries(failures=10**6, last=now), now).pause == LONGEST_WAIT


def test_after_three_wrong_passphrases_not_even_the_right_one_opens_the_key(desk: Desk) -> None:
    guess(desk)

    assert said(desk, PASSPHRASE) == (
        "3 wrong passphrases in a row for this key. Wait 5 seconds, then type it again."
    )


def test_the_right_one_opens_it_when_the_wait_is_over_and_begins_the_count_anew(
    desk: Desk,
) -> None:
    guess(desk)
    desk.machine.wait(4.5)
    assert "Wait 1 second," in said(desk, PASSPHRASE)

    desk.machine.wait(0.5)
    assert said(desk, PASSPHRASE) == ""
    guess(desk)


def test_a_key_that_has_to_wait_says_so_before_a_passphrase_is_typed(desk: Desk) -> None:
    guess(desk, 2)
    assert desk.signers.wrong(desk.hanako) == 2

    guess(desk, 1)
    with pytest.raises(NotAuthorised, match="Wait 5 seconds"):
        desk.signers.wrong(desk.hanako)
    desk.machine.wait(5)
    assert desk.signers.wrong(desk.hanako) == 3


def test_asking_during_the_wait_does_not_lengthen_it(desk: Desk) -> None:
    guess(desk)
    for _ in range(5):
        assert "Wait" in said(desk, "wrong")
    desk.machine.wait(5)

    assert said(desk, PASSPHRASE) == ""


def test_a_new_process_and_another_boot_do_not_begin_the_count_anew(desk: Desk) -> None:
    guess(desk)
    desk.machine.reboot()
    assert "Wait" in said(desk, PASSPHRASE)

    desk.machine.wait(5)
    assert "does not open" in said(desk, "wrong")
    assert "Wait 10 seconds" in said(desk, PASSPHRASE)


def test_a_clock_that_is_set_does_not_shorten_a_wait(desk: Desk) -> None:
    guess(desk)

    desk.machine.set_clock(86_400)
    assert "Wait 5 seconds" in said(desk, PASSPHRASE)
    desk.machine.set_clock(-2 * 86_400)
    assert "Wait 5 seconds" in said(desk, PASSPHRASE)


def test_a_clock_that_was_set_back_over_a_boot_begins_the_wait_again_but_once(desk: Desk) -> None:
    guess(desk)
    desk.machine.reboot()
    desk.machine.set_clock(-86_400)

    with pytest.raises(NotAuthorised, match="Wait 5 seconds"):
        desk.signers.wrong(desk.hanako)
    desk.machine.wait(2)
    assert "Wait 3 seconds" in said(desk, PASSPHRASE)
    desk.machine.wait(3)
    assert said(desk, PASSPHRASE) == ""


def test_one_keys_wait_is_not_anothers(desk: Desk) -> None:
    taro = desk.another("taro")
    guess(desk)

    assert desk.signers.sign(taro, PASSPHRASE, MESSAGE)
    assert "Wait" in said(desk, PASSPHRASE)


def test_unlocking_and_changing_a_passphrase_count_as_well(desk: Desk) -> None:
    for attempt in (
        partial(desk.signers.unlock, desk.hanako, "wrong"),
        partial(desk.signers.change, desk.hanako, "wrong", str),
        partial(desk.signers.sign, desk.hanako, "wrong", MESSAGE),
    ):
        with pytest.raises(NotAuthorised, match="does not open"):
            attempt()

    assert "Wait" in said(desk, PASSPHRASE)


def test_guesses_at_once_are_counted_one_by_one(desk: Desk) -> None:
    answers = together(*[partial(said, desk, "wrong")] * 12)

    assert sum("does not open" in str(answer) for answer in answers) == FREE
    assert sum("Wait" in str(answer) for answer in answers) == 12 - FREE


KILLED = """\
import os, sys
from pathlib import Path
from bunsui_core.adapters.local.control.tries import TriesFile
from bunsui_core.wiring.clock import moment
with TriesFile(Path(sys.argv[1]), moment).counted():
    os._exit(9)
"""


def test_a_process_that_is_killed_while_it_tries_has_tried(desk: Desk) -> None:
    guess(desk, FREE - 1)
    done = subprocess.run([sys.executable, "-c", KILLED, str(desk.tries)], check=False)
    assert done.returncode == 9

    assert "3 wrong passphrases" in said(desk, PASSPHRASE)


@pytest.mark.parametrize("text", ["{", "{}", "\0" * 40, '{"failures": 0, "last": 0}'])
def test_a_damaged_count_is_neither_a_fresh_start_nor_a_lock_for_good(
    desk: Desk, text: str
) -> None:
    desk.tries.write_text(text)

    for look in (partial(desk.signers.wrong, desk.hanako), partial(sign, desk, PASSPHRASE)):
        with pytest.raises(NotAuthorised, match="Wait 2 minutes 40 seconds"):
            look()
    desk.machine.wait(160)
    assert desk.signers.wrong(desk.hanako) == UNREADABLE
    assert said(desk, PASSPHRASE) == ""


def test_where_nothing_can_be_counted_nothing_is_tried(desk: Desk) -> None:
    desk.tries.mkdir()

    assert "cannot be used" in said(desk, PASSPHRASE)
    assert "cannot be used" in said(desk, "wrong")
    desk.tries.rmdir()
    assert said(desk, PASSPHRASE) == ""


def test_a_pipe_in_place_of_the_count_is_not_waited_for(desk: Desk) -> None:
    os.mkfifo(desk.tries, 0o600)

    assert "is not a file" in said(desk, PASSPHRASE)
    with pytest.raises(NotAuthorised, match="is not a file"):
        desk.signers.wrong(desk.hanako)
    desk.tries.unlink()
    assert said(desk, PASSPHRASE) == ""


def test_a_link_in_place_of_the_count_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "precious"
    other.write_text("precious")
    desk.tries.symlink_to(other)

    assert "cannot be used" in said(desk, "wrong")
    assert other.read_text() == "precious"


def test_what_could_not_be_tried_for_want_of_memory_is_no_wrong_passphrase(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_arguments: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(
            "bunsui_core.adapters.local.control.keyfile.Scrypt.derive_into",
            exhausted,
            raising=False,
        )
        for _ in range(FREE + 1):
            with pytest.raises(Unavailable, match="MiB of memory"):
                desk.signers.sign(desk.hanako, PASSPHRASE, MESSAGE)

    assert said(desk, PASSPHRASE) == ""


def test_the_count_can_be_read_by_nobody_else(desk: Desk) -> None:
    guess(desk, 1)

    assert desk.tries.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 second"), (59.1, "1 minute"), (61, "1 minute 1 second"), (3600, "60 minutes")],
)
def test_a_wait_is_told_in_words_and_never_too_short(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_without_the_name_of_a_boot_the_walls_clock_counts() -> None:
    machine = Machine(boot="")
    tries = Tries(failures=FREE, last=machine.moment())
    machine.wait(3)

    assert seconds_left(tries, machine.moment()) == 2
