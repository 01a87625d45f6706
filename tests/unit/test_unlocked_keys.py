"""A key lies open in one process, for some minutes, and for decisions only."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.adapters.local.control.unlocking import Lock
from bunsui_core.domain.errors import BunsuiError, NotAuthorised, Refused
from bunsui_core.wiring.clock import moment
from tests.local_home import HANAKO, PASSPHRASE
from tests.unit.key_kit import MESSAGE, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Hanako's keys."""
    return Desk(tmp_path / "keys")


def test_an_unlocked_key_signs_without_its_passphrase(desk: Desk) -> None:
    unlocked = desk.signers.unlock(desk.hanako, PASSPHRASE)

    signature = desk.signers.sign(desk.hanako, "", MESSAGE)

    assert is_signed(desk.hanako.public_key, MESSAGE, signature)
    assert desk.signers.unlocked() == unlocked
    assert (unlocked.approver, unlocked.key_id) == (HANAKO, desk.hanako.key_id)
    assert (unlocked.until - desk.machine.at).total_seconds() == 300


def test_a_locked_key_asks_for_its_passphrase(desk: Desk) -> None:
    with pytest.raises(NotAuthorised, match=r"not unlocked.*passphrase"):
        desk.signers.sign(desk.hanako, "", MESSAGE)


@pytest.mark.parametrize("passphrase", ["", "wrong"])
def test_a_wrong_passphrase_unlocks_nothing(desk: Desk, passphrase: str) -> None:
    with pytest.raises(NotAuthorised, match="passphrase"):
        desk.signers.unlock(desk.hanako, passphrase)
    assert desk.signers.unlocked() is None


@pytest.mark.parametrize(
    "message", [b"bunsui/policy/v1\0", b"bunsui/trust/v1\0", b"", b"bunsui/decision"]
)
def test_an_unlocked_key_signs_decisions_and_nothing_else(desk: Desk, message: bytes) -> None:
    desk.signers.unlock(desk.hanako, PASSPHRASE)

    with pytest.raises(NotAuthorised, match="decisions only"):
        desk.signers.sign(desk.hanako, "", message)
    assert desk.signers.sign(desk.hanako, PASSPHRASE, message)


def is_open(desk: Desk) -> bool:
    """Whether Hanako's key signs without a passphrase, and says so."""
    try:
        desk.signers.sign(desk.hanako, "", MESSAGE)
    except BunsuiError:
        assert desk.signers.unlocked() is None
        return False
    assert desk.signers.unlocked() is not None
    return True


def test_a_key_locks_itself_when_its_minutes_are_over(desk: Desk) -> None:
    desk.signers.unlock(desk.hanako, PASSPHRASE)

    desk.machine.wait(299)
    assert is_open(desk)
    desk.machine.wait(1)
    assert not is_open(desk)


def test_signing_does_not_lengthen_the_minutes(desk: Desk) -> None:
    desk.signers.unlock(desk.hanako, PASSPHRASE)

    for _ in range(3):
        desk.machine.wait(99)
        assert is_open(desk)
    desk.machine.wait(99)
    assert not is_open(desk)


def test_a_clock_that_is_set_back_locks_the_key(desk: Desk) -> None:
    desk.signers.unlock(desk.hanako, PASSPHRASE)

    desk.machine.set_clock(-1)

    assert not is_open(desk)
    desk.machine.set_clock(1)
    assert not is_open(desk)


def test_a_clock_that_is_set_back_later_does_not_lengthen_the_minutes(desk: Desk) -> None:
    desk.signers.unlock(desk.hanako, PASSPHRASE)
    desk.machine.wait(200)
    desk.machine.set_clock(-199)

    assert is_open(desk)
    desk.machine.wait(100)
    assert not is_open(desk)


def test_locking_closes_the_key_at_once(desk: Desk) -> None:
    desk.signers.unlock(desk.hanako, PASSPHRASE)

    desk.signers.lock()
    desk.signers.lock()

    assert not is_open(desk)


def test_another_key_takes_the_place_of_the_open_one(desk: Desk) -> None:
    taro = desk.another("taro")
    desk.signers.unlock(desk.hanako, PASSPHRASE)

    desk.signers.unlock(taro, PASSPHRASE)

    assert desk.signers.sign(taro, "", MESSAGE)
    with pytest.raises(NotAuthorised, match="not unlocked"):
        desk.signers.sign(desk.hanako, "", MESSAGE)


def test_a_failed_unlock_leaves_the_open_key_as_it_was(desk: Desk) -> None:
    desk.signers.unlock(desk.hanako, PASSPHRASE)
    with pytest.raises(NotAuthorised):
        desk.signers.unlock(desk.hanako, "wrong")

    assert is_open(desk)


def test_a_key_that_is_open_in_one_process_is_not_open_in_another(desk: Desk) -> None:
    desk.signers.unlock(desk.hanako, PASSPHRASE)

    other = desk.process()

    assert other.unlocked() is None
    with pytest.raises(NotAuthorised):
        other.sign(desk.hanako, "", MESSAGE)


def test_unlocking_writes_nothing_that_another_process_could_use(desk: Desk) -> None:
    raw = desk.file.read_bytes()
    desk.signers.unlock(desk.hanako, PASSPHRASE)

    assert desk.file.read_bytes() == raw
    assert {one.name for one in desk.folder.iterdir()} == {desk.file.name, desk.tries.name}
    assert PASSPHRASE not in desk.tries.read_text()


def test_where_keys_are_not_kept_open_none_is(desk: Desk) -> None:
    signers = desk.process(minutes=0)

    with pytest.raises(Refused, match="unlock_minutes is 0"):
        signers.unlock(desk.hanako, PASSPHRASE)
    assert signers.sign(desk.hanako, PASSPHRASE, MESSAGE)


def test_the_time_over_the_key_is_gone_without_anybody_asking() -> None:
    gone = threading.Event()

    class Watched(Lock):
        def _ring(self, whose: object) -> None:
            super()._ring(whose)  # type: ignore[arg-type]  # it is what was given to the alarm
            gone.set()

    lock = Watched(moment, 0)
    lock.hold(Ed25519PrivateKey.generate(), HANAKO, "k")

    assert gone.wait(10)
    assert lock._open is None


def test_no_text_shows_the_open_key(desk: Desk) -> None:
    desk.signers.unlock(desk.hanako, PASSPHRASE)

    lock = desk.signers._lock

    assert "PrivateKey" not in repr(lock._open)
    desk.signers.lock()


FORKED = """\
import os, sys
from pathlib import Path
from tests.unit.key_kit import Desk, MESSAGE
from tests.local_home import PASSPHRASE
desk = Desk(Path(sys.argv[1]))
desk.signers.unlock(desk.hanako, PASSPHRASE)
assert desk.signers.unlocked()
child = os.fork()
if not child:
    os._exit(0 if desk.signers.unlocked() is None else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_process_that_is_forked_off_has_no_open_key(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED, str(tmp_path / "keys")],
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )

    assert done.returncode == 0


BECOME_A_USER = """\
import ctypes, os, sys
from pathlib import Path
from bunsui_core.adapters.local.control.memory import close_memory
os.setgid(65534), os.setuid(65534)
"""
READ = """\
pid = sys.argv[1]
start = Path(f"/proc/{pid}/maps").read_text().split("-")[0]
with open(f"/proc/{pid}/mem", "rb") as memory:
    memory.seek(int(start, 16))
    memory.read(8)
"""
# Becoming a user closes the memory by itself, and Yama may close it to all but parents.
WAIT = """\
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)
if sys.argv[1] == "closed":
    close_memory()
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.read()
"""


def read_by_the_same_user(state: str) -> int:
    """Read the memory of a process as a process of the same user, and return how that ended."""
    waits = [sys.executable, "-c", BECOME_A_USER + WAIT, state]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as waiting:
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == b"ready\n"
        reads = [sys.executable, "-c", BECOME_A_USER + READ, str(waiting.pid)]
        done = subprocess.run(reads, check=False, capture_output=True)
        waiting.communicate(timeout=30)
    return done.returncode


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs Linux, and root to become a user"
)
def test_another_process_of_the_same_user_reads_no_memory_once_a_key_was_opened() -> None:
    if read_by_the_same_user("open") != 0:
        pytest.skip("this machine lets no process read the memory of another")
    assert read_by_the_same_user("closed") != 0


def test_opening_a_key_closes_the_memory(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    name = "bunsui_core.adapters.local.control.signing.close_memory"
    monkeypatch.setattr(name, lambda: closed.append(True))

    desk.signers.sign(desk.hanako, PASSPHRASE, MESSAGE)

    assert closed == [True]
