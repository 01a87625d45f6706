"""Starting, finding and stopping the embedded AWS of a home."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import down, status, up
from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.record import Folder, LocalServer, locked
from bunsui_core.domain.errors import NotFound, Unavailable
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, invoking, until

pytestmark = pytest.mark.slow

WAITING: dict[str, Json] = {
    "StartAt": "Wait",
    "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}},
}
PASSING: dict[str, Json] = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
# Both know each other only through the function's own process.
STARTING_ANOTHER = """
import os, subprocess
def handler(event, context):
    return [os.getpid(), subprocess.Popen(["sleep", "600"]).pid]
"""


def started(home: Path, port: int = 0) -> LocalServer:
    """An embedded AWS that ends with this process at the latest."""
    return up(home, port, watch_pid=os.getpid())


def is_free(home: Path) -> bool:
    """Whether no server lives in a home."""
    with locked(Folder.of(home).life, wait=False) as free:
        return free


def test_up_again_finds_the_same_server(aws: Embedded) -> None:
    assert up(aws.home) == status(aws.home) == aws.server


def test_two_that_start_at_once_find_the_same_server(home: Path) -> None:
    barrier = threading.Barrier(2)
    found: list[LocalServer] = []

    def start() -> None:
        barrier.wait()
        found.append(started(home))

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 2
    assert found[0] == found[1]


def test_down_stops_it_and_down_again_finds_nothing(home: Path) -> None:
    started(home)

    assert down(home) is True
    assert is_free(home)
    assert down(home) is False
    assert status(home) is None


def test_a_home_that_never_had_one_has_none(tmp_path: Path) -> None:
    assert status(tmp_path) is None
    assert down(tmp_path) is False
    assert list(tmp_path.iterdir()) == []


def test_credentials_before_the_first_start_are_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="bunsui local up"):
        Embedded(_nobody(), tmp_path).key("agent")


def test_a_taken_port_is_named_and_leaves_nothing_behind(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Unavailable, match=rf"Port {port} .* cannot be used"):
            started(home, port)

    assert status(home) is None
    assert is_free(home)


def test_another_port_than_that_of_the_running_server_is_refused(aws: Embedded) -> None:
    with pytest.raises(Unavailable, match=f"running on port {aws.server.port} already"):
        up(aws.home, aws.server.port + 1)


def test_a_server_that_dies_at_start_is_quoted(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "hypercorn.py").write_text("raise RuntimeError('broken on purpose')")
    known = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(broken), known))))

    with pytest.raises(Unavailable, match="last lines of its log") as error:
        started(home)

    assert "broken on purpose" in error.value.message
    assert str(Folder.of(home).log) in error.value.next_step


def test_a_file_that_the_server_cannot_write_is_named(home: Path) -> None:
    folder = Folder.of(home)
    folder.prepare()
    folder.token.mkdir()

    with pytest.raises(Unavailable, match=r"cannot use .*token.*: Is a directory"):
        started(home)


def test_a_missing_extra_says_what_to_install() -> None:
    with pytest.raises(Unavailable, match="pip install 'bunsui\\[local\\]'"):
        anchor.require_version("a-distribution-that-nobody-made")


def test_another_version_says_what_to_install() -> None:
    with pytest.raises(Unavailable, match=rf"written for MiniStack {anchor.VERSION}"):
        anchor.require_version("pytest")


def test_a_function_that_is_not_the_known_one_is_refused() -> None:
    anchor.require(is_free, anchor.fingerprint(is_free))

    with pytest.raises(Unavailable, match="is not the function that the embedded AWS replaces"):
        anchor.require(is_free, anchor.fingerprint(started))


def test_a_killed_server_is_forgotten_and_its_state_is_kept(home: Path) -> None:
    before = Embedded(started(home), home)
    with before.open:
        machine = before.machine("kept", PASSING)
        done = before.run(machine, {"a": 1})
        before.s3().create_bucket(Bucket="kept")
        before.s3().put_object(Bucket="kept", Key="a", Body=b"1")
        waiting = before.states("worker").start_execution(
            stateMachineArn=before.machine("waiting", WAITING)
        )["executionArn"]
        saved = Folder.of(home).executions
        until(lambda: saved.exists() and waiting in saved.read_text())
    os.kill(before.server.pid, signal.SIGKILL)
    until(lambda: status(home) is None)

    after = Embedded(started(home), home)

    with after.open:
        agent = after.states("agent")
        assert agent.describe_execution(executionArn=done.arn)["status"] == "SUCCEEDED"
        assert after.s3().get_object(Bucket="kept", Key="a")["Body"].read() == b"1"
        interrupted = agent.get_execution_history(executionArn=waiting, reverseOrder=True)
        last = interrupted["events"][0]
        assert (last["type"], last["previousEventId"]) == ("ExecutionFailed", 2)
        assert last["executionFailedEventDetails"]["error"] == "States.ServiceRestart"


def test_it_comes_back_at_the_same_address_unless_that_is_taken(home: Path) -> None:
    first = started(home)
    down(home)
    again = started(home)
    down(home)

    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", first.port))
        taken.listen()
        elsewhere = started(home)

    assert again.url == first.url
    assert elsewhere.url != first.url


def test_keys_survive_a_restart(home: Path) -> None:
    first = Embedded(started(home), home)
    keys = [first.key("root"), first.key("agent"), first.key("worker")]
    down(home)

    second = Embedded(started(home), home)

    assert [second.key("root"), second.key("agent"), second.key("worker")] == keys


def test_an_actor_whose_key_was_lost_gets_another(home: Path) -> None:
    started(home)
    down(home)
    (Folder.of(home).state / "iam.json").unlink()

    again = Embedded(started(home), home)

    with again.open:
        identity = again.sts(again.key("agent")).get_caller_identity()
        assert identity["Arn"].endswith(":user/bunsui-agent")


def test_it_ends_with_the_process_it_watches_however_that_ends(home: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path;"
        "from bunsui_core.adapters.emulator.launcher import up;"
        "up(Path(sys.argv[1]), watch_pid=os.getpid());"
        "sys.stdout.write('up'); sys.stdout.flush(); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.read(2) == "up"
        server = status(home)
        assert server is not None

        owner.kill()

    until(lambda: is_free(home))
    assert status(home) is None


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's process table")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_function_outlives_the_server(home: Path, number: signal.Signals) -> None:
    embedded = Embedded(started(home), home)
    with embedded.open:
        function = embedded.function("pids", STARTING_ANOTHER)
        machine = embedded.machine("pids", {"StartAt": "A", "States": {"A": invoking(function)}})
        output = embedded.run(machine, {}).describe()["output"]
    pids = json.loads(output)["Payload"]

    os.kill(embedded.server.pid, number)

    until(lambda: not any(_runs(pid) for pid in pids))
    assert len(pids) == 2


def test_a_stopped_server_leaves_no_temporary_files(home: Path) -> None:
    started(home)

    down(home)

    assert not Folder.of(home).temporary.exists()


def _runs(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


def _nobody() -> LocalServer:
    return LocalServer(
        url="http://127.0.0.1:1",
        port=1,
        pid=1,
        account="000000000000",
        region="us-east-1",
        version=anchor.VERSION,
        started_at=datetime(2026, 11, 24, tzinfo=UTC),
    )
