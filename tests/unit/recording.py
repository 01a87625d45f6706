"""A home in which a worker recorded what was asked, decided and done."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.decisions import LocalDecisions
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.domain.approval import Answer, SignedDecision
from bunsui_core.worker import ALONE, Beside, Worker
from tests.fakes import Clock
from tests.unit.desk_kit import APPROVER, PASSPHRASE, Bench
from tests.unit.test_execute import turn

DONE, REJECTED, WAITING = "r-done", "r-rejected", "r-waiting"


@pytest.fixture(scope="session")
def recorded_home(made_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one request was approved and done, one rejected, and one waits."""
    home = tmp_path_factory.mktemp("recorded") / "home"
    shutil.copytree(made_home, home)
    bench = Bench(home)
    for request_id in (DONE, REJECTED):
        bench.submit(request_id=request_id)
        tick(bench)
        answered(bench, request_id, Answer.APPROVE if request_id == DONE else Answer.REJECT)
        tick(bench)
    bench.submit(request_id=WAITING)
    tick(bench)
    assert bench.world.effects == [f"redrive {DONE}-1"]
    return home


@pytest.fixture
def recorded(bench: Bench, recorded_home: Path) -> Bench:
    """A copy of it."""
    shutil.rmtree(bench.settings.home)
    shutil.copytree(recorded_home, bench.settings.home)
    return bench


def tick(bench: Bench, beside: Beside = ALONE) -> None:
    """One round of a worker that was just started."""
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    Worker(bench.hands(), shelf, "worker-1", Clock(turn().now), beside=beside).tick()


def answered(bench: Bench, request_id: str, answer: Answer) -> None:
    """The approver's signed answer, who saw the record as it is."""
    request = bench.store.requests.get(request_id)
    head = {"audit_head": LocalAudit(bench.connection).head(), "nonce": request_id}
    decision = bench.decision(request, answer).model_copy(update=head)
    signature = bench.keys.sign(APPROVER, PASSPHRASE, decision.message)
    signed = SignedDecision(decision=decision, signature=signature, shown="shown", at=turn().now)
    LocalDecisions(bench.connection).append(signed)
