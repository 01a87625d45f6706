"""`Seat`: one at a time, and free again when whoever had it is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bunsui_core.adapters.local.seat import LocalSeat

HOLD = """\
import sys
from pathlib import Path
from bunsui_core.adapters.local.seat import LocalSeat
seat = LocalSeat(Path(sys.argv[1]))
sys.stdout.write(str(seat.take()))
sys.stdout.flush()
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "watching.lock"


def test_one_has_the_seat_and_the_next_gets_it_when_it_is_left(path: Path) -> None:
    first, second = LocalSeat(path), LocalSeat(path)
    assert first.take()
    assert first.take(), "it is still the same one"
    assert not second.take()

    first.leave()

    assert second.take()
    assert not first.take()
    second.leave()


def test_the_seat_of_a_process_that_was_killed_is_free(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.read(4) == b"True"
        seat = LocalSeat(path)
        assert not seat.take()

        holder.kill()
        holder.wait()

    assert seat.take()
    seat.leave()


def test_nobody_else_can_read_the_file(path: Path) -> None:
    seat = LocalSeat(path)
    seat.take()
    seat.leave()

    assert path.stat().st_mode & 0o077 == 0
