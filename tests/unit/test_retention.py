"""Old archives go, except those that somebody may still need."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.app.retain import AT_ONCE, EVERY, Tidying, judged
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.found import found_id
from bunsui_core.domain.retention import ASKED, FAILED, OPEN, UNKNOWN, is_old_before, why_kept
from bunsui_core.domain.session import SessionStatus
from bunsui_core.ports.store import Archived
from bunsui_core.worker import Worker
from tests.builders import NOW, SESSION_ID, a_session, execution, later
from tests.fakes import Clock
from tests.unit.desk_kit import Bench

DONE = "s-20260301-done"
LATE = later(days=31)


class Shelved:
    """A bench with archives of its sessions."""

    def __init__(self, bench: Bench, keep_days: int = 30) -> None:
        self.bench = bench
        blobs = FileBlobs(bench.settings.blobs_path)
        self.shelf = Shelf(LocalArchive(bench.connection), blobs, keep_days)
        bench.store.sessions.save(a_session(id=DONE, status="SUCCEEDED"))
        self.tidying = Tidying(self.shelf, bench.store)

    def put(self, session_id: str, name: str = "x", at: object = NOW) -> Archived:
        """Archive an execution of a session."""
        sha256 = self.shelf.blobs.put(f"{session_id} {name}".encode())
        arn = execution(name, session_id=session_id)
        fields = {"execution_arn": arn, "redrive_count": 0, "sha256": sha256, "at": at}
        entry = Archived.model_validate({**fields, "session_id": session_id})
        self.shelf.archive.put(entry)
        return entry

    def has(self, entry: Archived) -> bool:
        """Whether the archive still has an execution, its document included."""
        try:
            self.shelf.blobs.get(entry.sha256)
        except NotFound:
            assert self.shelf.archive.get(entry.execution_arn, 0) is None
            return False
        return self.shelf.archive.get(entry.execution_arn, 0) == entry


@pytest.fixture
def shelved(bench: Bench) -> Shelved:
    return Shelved(bench)


def test_an_archive_of_a_session_that_is_done_goes_when_it_is_old(shelved: Shelved) -> None:
    old, young = shelved.put(DONE), shelved.put(DONE, "y", later(days=5))

    assert shelved.tidying.step(LATE) == 1

    assert not shelved.has(old)
    assert shelved.has(young)


def test_nothing_goes_where_nobody_said_how_long_archives_are_kept(bench: Bench) -> None:
    shelved = Shelved(bench, keep_days=0)
    entry = shelved.put(DONE)

    assert shelved.tidying.step(later(days=9_999)) == 0
    assert shelved.has(entry)


def test_what_a_failed_session_needs_stays(shelved: Shelved) -> None:
    entry = shelved.put(SESSION_ID)

    assert shelved.tidying.step(LATE) == 0
    assert shelved.has(entry)


def test_what_an_open_request_needs_stays_until_it_is_over(shelved: Shelved) -> None:
    request = shelved.bench.submit()
    bench_session = shelved.bench.store.sessions.get(SESSION_ID)
    shelved.bench.store.sessions.save(
        bench_session.model_copy(update={"status": SessionStatus.SUCCEEDED})
    )
    entry = shelved.put(SESSION_ID, at=later(days=-40))

    before, after = (later(seconds=1), request.plan.expires_at)
    assert [why for _, why in judged((entry,), shelved.bench.store, before)] == [ASKED]
    assert shelved.tidying.step(before) == 0
    assert shelved.tidying.step(before + EVERY) == 1
    assert [why for _, why in judged((entry,), shelved.bench.store, after)] == [""]


def test_more_old_archives_than_one_round_looks_at_all_get_their_turn(shelved: Shelved) -> None:
    for number in range(AT_ONCE + 5):
        shelved.put(SESSION_ID if number % 2 else DONE, f"n{number}")

    gone = [shelved.tidying.step(LATE) for _ in range(3)]

    assert gone[0] < sum(gone) == (AT_ONCE + 5) // 2 + 1


def test_after_a_walk_the_next_one_begins_an_hour_later(shelved: Shelved) -> None:
    shelved.tidying.step(LATE)
    shelved.put(DONE)

    assert shelved.tidying.step(LATE + EVERY / 2) == 0
    assert shelved.tidying.step(LATE + EVERY) == 1


def test_an_archive_of_an_older_bunsui_is_known_by_its_executions_name(bench: Bench) -> None:
    foreign = "arn:aws:states:us-east-1:000000000000:execution:orders:mine"
    bench.store.sessions.save(a_session(id=DONE, status="SUCCEEDED"))
    bench.store.sessions.save(a_session(id=found_id(foreign), status="SUCCEEDED"))
    arns = (execution("load", session_id=DONE), foreign, foreign + "-x")
    old = tuple(Archived(execution_arn=a, redrive_count=0, sha256="", at=NOW) for a in arns)

    assert [why for _, why in judged(old, bench.store, LATE)] == ["", "", UNKNOWN]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("SUCCEEDED", ""),
        ("CANCELLED", ""),
        ("FAILED", FAILED),
        ("RUNNING", OPEN),
        ("PAUSED", OPEN),
        ("CANCELLING", OPEN),
    ],
)
def test_only_what_is_over_for_good_may_go(status: str, why: str) -> None:
    session = a_session(status=status)

    assert why_kept(session, frozenset()) == why
    assert why_kept(session, frozenset({session.id})) == ASKED


def test_how_old_is_old_is_said_in_days() -> None:
    assert is_old_before(LATE, 31) == NOW
    assert is_old_before(LATE, 0) is None


def test_a_folder_of_documents_is_not_needed_to_tidy(bench: Bench, tmp_path: Path) -> None:
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(tmp_path / "nowhere"), 30)

    assert Tidying(shelf, bench.store).step(LATE) == 0


def test_a_worker_drops_what_is_old_in_its_rounds(shelved: Shelved) -> None:
    old, needed = shelved.put(DONE), shelved.put(SESSION_ID)

    Worker(shelved.bench.hands(), shelved.shelf, "worker-1", Clock(LATE)).tick()

    assert not shelved.has(old)
    assert shelved.has(needed)
