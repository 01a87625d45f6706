"""A record on a disk that is full, and after a process that died: it stays one chain."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.app.lease import LEASE
from bunsui_core.domain.audit import AuditEntry
from bunsui_core.domain.errors import Unavailable
from bunsui_core.worker import Worker
from tests.builders import NOW
from tests.fakes import Clock
from tests.local_home import LocalHome
from tests.unit.desk_kit import Bench
from tests.unit.test_chaining import found
from tests.unit.test_execute import turn

ROOM = 3
"""Pages that are left on the disk, 4 KB each."""


def test_what_finds_no_room_is_refused_and_the_chain_goes_on_when_there_is(tmp_path: Path) -> None:
    home = LocalHome(tmp_path / "home")
    home.audit.append("requested", "r-0", "agent:claude", "ab", NOW)
    with home.writer.writing() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + ROOM}")
    made: list[int] = []

    with pytest.raises(Unavailable):
        fill(home, made)
    with home.writer.writing() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    last = home.audit.append("requested", "r-last", "a", "ab" * 32, NOW)

    assert made
    assert (last.seq, found(home.audit.rows(0, 2000))) == (made[-1] + 1, [])


class Full(LocalAudit):
    """A record that has no room for one kind of entry."""

    def __init__(self, store: StoreReader, kind: str) -> None:
        super().__init__(store)
        self._kind = kind

    def append(
        self, kind: str, subject: str, actor: str, body_digest: str, at: datetime
    ) -> AuditEntry:
        """Append it, unless there is no room."""
        if kind == self._kind:
            raise Unavailable("the disk is full.", "Make room.")
        return super().append(kind, subject, actor, body_digest, at)


@pytest.mark.parametrize("kind", ["requested", "approved", "begun"])
def test_what_cannot_be_recorded_is_not_executed_until_it_can(bench: Bench, kind: str) -> None:
    request = bench.submit()
    bench.decide(request)
    hands = bench.hands()
    full = replace(hands.control, audit=Full(bench.connection, kind))
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))

    Worker(replace(hands, control=full), shelf, "worker-1", Clock(turn().now)).tick()
    before = list(bench.world.effects)
    Worker(hands, shelf, "worker-2", Clock(turn().now + 2 * LEASE)).tick()

    assert (before, bench.world.effects) == ([], [f"redrive {request.id}-1"])


def fill(home: LocalHome, made: list[int]) -> None:
    """Append until there is no room, and remember the numbers."""
    for number in range(1, 1000):
        made.append(home.audit.append("requested", f"r-{number}", "a", "ab" * 32, NOW).seq)


APPENDS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.writer import StoreWriter
from tests.builders import ACCOUNT, REGION
audit = LocalAudit(StoreWriter(Path(sys.argv[1]), ACCOUNT, REGION))
number = 0
while True:
    number += 1
    audit.append("requested", f"{sys.argv[2]}-{number}", "a", "ab", datetime.now(UTC))
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


@pytest.mark.slow
def test_a_writer_that_is_killed_at_any_moment_leaves_a_chain_with_all_it_told(
    tmp_path: Path,
) -> None:
    home = LocalHome(tmp_path / "home")
    told: dict[int, int] = {}
    for life in range(1, 5):
        script = [sys.executable, "-c", APPENDS, str(home.store_path), str(life)]
        with subprocess.Popen(script, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            for line in process.stdout:
                told[life] = int(line)
                if told[life] == life * 7:
                    process.send_signal(signal.SIGKILL)

    rows = home.audit.rows(0, 2000)

    assert found(rows) == []
    subjects = {row.entry.subject for row in rows if row.entry}
    assert {f"{life}-{n}" for life, last in told.items() for n in range(1, last + 1)} <= subjects
