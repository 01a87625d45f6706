"""Bad surroundings: a full disk, another version, a second server; said, and nothing is left."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import down, status, up
from bunsui_core.adapters.emulator.record import Folder
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.value import Json
from tests.cli.shell import bunsui
from tests.emulator.embedded import Embedded, Execution, until
from tests.emulator.processes import is_alive, of_home

PASSING: dict[str, Json] = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
ROOM = 8 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A home on a disk of its own of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("this user cannot mount a small disk")
    try:
        yield place
    finally:
        down(place)
        subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def full(place: Path) -> Iterator[None]:
    """A disk on which nothing has room any more."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    yield
    filler.unlink()


@contextmanager
def no_file_may_grow(pid: int) -> Iterator[None]:
    """A process whose files have a size that nothing of it fits in."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (16, resource.RLIM_INFINITY))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def assert_said_and_made_good(embedded: Embedded, tight: Callable[[], object]) -> None:
    """It serves on, says what it cannot save, and saves it as soon as it can."""
    home = embedded.home
    with embedded.open:
        machine = embedded.machine("passing", PASSING)
        before = embedded.run(machine, {})
        kept = Folder.of(home).executions
        until(lambda: kept.exists() and before.arn in kept.read_text())
        with tight():  # type: ignore[attr-defined]  # a context manager's maker
            during = embedded.run(machine, {})
            assert during.status == "SUCCEEDED"
            until(lambda: troubles(home))
            assert "cannot be saved" in troubles(home)[0]
            assert "Make room" in troubles(home)[0]
        until(lambda: not troubles(home))
    os.kill(embedded.server.pid, signal.SIGKILL)
    until(lambda: status(home) is None)
    again = Embedded(up(home, watch_pid=os.getpid()), home)
    with again.open:
        for execution in (before, during):
            there = Execution(again.states("agent"), execution.arn)
            assert there.types == [
                "ExecutionStarted",
                "PassStateEntered",
                "PassStateExited",
                "ExecutionSucceeded",
            ]


def servers(home: Path) -> list[int]:
    """The servers that run in a home, those included that are about to end."""
    return [pid for pid, told in of_home(home).items() if "emulator.server" in told]


def troubles(home: Path) -> tuple[str, ...]:
    """What the embedded AWS of a home has to tell."""
    server = status(home)
    return server.troubles if server else ()


@pytest.mark.slow
def test_a_full_disk_is_said_and_nothing_is_lost_when_there_is_room_again(
    small_disk: Path,
) -> None:
    embedded = Embedded(up(small_disk, watch_pid=os.getpid()), small_disk)

    assert_said_and_made_good(embedded, lambda: full(small_disk))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux's prlimit")
@pytest.mark.slow
def test_files_that_may_not_grow_are_said_and_made_good(home: Path) -> None:
    embedded = Embedded(up(home, watch_pid=os.getpid()), home)

    assert_said_and_made_good(embedded, lambda: no_file_may_grow(embedded.server.pid))


def test_a_start_on_a_full_disk_is_refused_and_leaves_no_process(small_disk: Path) -> None:
    with full(small_disk), pytest.raises(Unavailable, match="No space left"):
        up(small_disk, watch_pid=os.getpid())

    until(lambda: of_home(small_disk) == {})
    assert up(small_disk, watch_pid=os.getpid()).troubles == ()


def test_a_folder_that_is_not_ours_to_write_is_named(tmp_path: Path) -> None:
    (tmp_path / "local").write_text("a file in the place of the folder")

    with pytest.raises(Unavailable, match=str(tmp_path / "local")):
        up(tmp_path)


def test_a_second_server_on_one_folder_is_refused_and_the_first_serves_on(home: Path) -> None:
    first = Embedded(up(home, watch_pid=os.getpid()), home)
    record = Folder.of(home).record
    said = record.read_bytes()
    # As if the record had got lost: nobody knows of the first one but the kernel.
    record.unlink()

    with pytest.raises(Unavailable, match="Another embedded AWS is using"):
        up(home, watch_pid=os.getpid())

    record.write_bytes(said)
    until(lambda: servers(home) == [first.server.pid])
    with first.open:
        assert first.states("agent").list_state_machines()["stateMachines"] == []


def test_another_ministack_is_refused_before_anything_starts(tmp_path: Path) -> None:
    other = tmp_path / "packages" / "ministack-9.9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: ministack\nVersion: 9.9.9\n")
    home = tmp_path / "home"

    done = bunsui(home, "local", "up", PYTHONPATH=str(other.parent))

    assert done.code == 6
    assert "9.9.9 is installed" in str(done.error["message"])
    assert "pip install" in str(done.error["next"])
    assert of_home(home) == {}
    assert not home.exists()


def test_a_server_that_is_told_to_end_while_it_starts_leaves_nothing(home: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path;"
        "from bunsui_core.adapters.emulator.launcher import up; up(Path(sys.argv[1]))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(home)]) as starter:
        until(lambda: Folder.of(home).token.exists() and len(servers(home)) == 1)
        (server,) = servers(home)
        os.kill(server, signal.SIGTERM)
        starter.wait()

    until(lambda: not is_alive(server))
    down(home)
    assert of_home(home) == {}
