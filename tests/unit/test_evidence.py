"""The evidence of a request: one file that others verify without bunsui."""

from __future__ import annotations

import gzip
import hashlib
import json
import runpy
import sys
import tarfile
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from bunsui_core.adapters.local.evidence_files import read_anchor
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.archived import Archived, ArchivedExecution
from bunsui_core.domain.errors import BunsuiError, Conflict, NotFound
from bunsui_core.domain.failure import Definition, HistoryEvent, LogLine, Observation
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Json
from bunsui_core.wiring.auditing import bundled, exported
from bunsui_core.wiring.store import place
from tests.builders import NOW, execution, later, machine
from tests.unit.desk_kit import Bench
from tests.unit.recording import DONE, REJECTED, WAITING, answered, tick
from tests.unit.test_signature_vectors import written

SECRET = "hunter2-and-more"


def archive(bench: Bench) -> None:
    """Let the execution be archived, with a password in its input and in a log line."""
    kept = ArchivedExecution(
        execution=Observation(
            execution_arn=execution("extract"),
            status=JobStatus.FAILED,
            input=json.dumps({"password": SECRET}),
            started_at=NOW,
            stopped_at=later(minutes=1),
        ),
        definition=Definition(
            machine=machine("extract"), definition="{}", revision="rev-1", updated_at=NOW
        ),
        history=tuple(
            HistoryEvent(id=n, previous_id=n - 1, type="PassStateEntered", at=NOW)
            for n in range(1, 1101)
        ),
        logs=(LogLine(at=NOW, text=f"connecting with password={SECRET}"),),
        logs_note="",
    )
    packed = gzip.compress(kept.model_dump_json().encode())
    sha256 = FileBlobs(bench.settings.blobs_path).put(packed)
    entry = Archived(execution_arn=execution("extract"), redrive_count=0, sha256=sha256, at=NOW)
    LocalArchive(bench.connection).put(entry)


def unpacked(bench: Bench, folder: Path, request_id: str = DONE) -> Path:
    """The bundle of a request, unpacked."""
    folder.mkdir(exist_ok=True)
    done = bundled(bench.settings, request_id, folder / "evidence.tar", None)
    with tarfile.open(done.path) as tar:
        tar.extractall(folder / "evidence", filter="data")
    return folder / "evidence"


def verify(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run both scripts of the page in the folder of a bundle."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["verify.py", "signed.json"])
    for number in (0, 1):
        runpy.run_path(str(written(folder.parent, number)))


def things(folder: Path) -> list[dict[str, Json]]:
    """What has a digest or a signature."""
    found: list[dict[str, Json]] = json.loads((folder / "signed.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("request_id", [DONE, REJECTED])
def test_a_bundle_is_verified_by_the_scripts_of_the_page(
    recorded: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request_id: str
) -> None:
    archive(recorded)
    folder = unpacked(recorded, tmp_path / "it", request_id)

    verify(folder, monkeypatch)

    sums = dict(
        line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().split("\n")[:-1]
    )
    files = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}
    assert sums == {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in files.items()
        if name != "SHA256SUMS"
    }


@pytest.mark.parametrize("name", ["reviews/1.txt", "policies/1.toml"])
def test_the_scripts_stop_at_a_text_that_was_changed(
    recorded: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = unpacked(recorded, tmp_path / "it")
    path = folder / name
    path.write_text(path.read_text("utf-8") + " ", encoding="utf-8")

    with pytest.raises(AssertionError):
        verify(folder, monkeypatch)


@pytest.mark.parametrize("domain", ["plan", "decision", "effect"])
def test_the_scripts_stop_at_what_is_of_another_request(
    recorded: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, domain: str
) -> None:
    folder, other = (unpacked(recorded, tmp_path / one, one) for one in (REJECTED, DONE))
    of = f"bunsui/{domain}/"
    swapped = [one for one in things(folder) if not str(one["domain"]).startswith(of)]
    swapped += [one for one in things(other) if str(one["domain"]).startswith(of)]
    (folder / "signed.json").write_text(json.dumps(swapped), encoding="utf-8")

    with pytest.raises((AssertionError, InvalidSignature)):
        verify(folder, monkeypatch)


def test_the_scripts_stop_at_an_entry_that_was_left_out(
    recorded: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = unpacked(recorded, tmp_path / "it")
    left = [one for one in things(folder) if one["what"] != "entry 5"]
    (folder / "signed.json").write_text(json.dumps(left), encoding="utf-8")

    with pytest.raises(AssertionError, match="entry 6"):
        verify(folder, monkeypatch)


def test_secrets_are_masked_and_the_digest_of_what_stood_there_is_told(
    recorded: Bench, tmp_path: Path
) -> None:
    archive(recorded)

    folder = unpacked(recorded, tmp_path / "it")

    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert all(SECRET.encode() not in p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert sorted(manifest["masked"]) == [
        "executions/01-redrives-0.json",
        "executions/01-redrives-0.log.jsonl",
    ]
    assert manifest["left_out"] == [f"100 older events of {execution('extract')}"]


def test_the_same_store_gives_the_same_bytes(recorded: Bench, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.tar", "b.tar")]

    first, second = (bundled(recorded.settings, DONE, path, None) for path in paths)

    assert first.sha256 == second.sha256
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_bundle_reaches_from_what_the_approver_saw_to_the_anchor(
    recorded: Bench, tmp_path: Path
) -> None:
    anchor = tmp_path / "anchor.json"
    exported(recorded.settings, None, anchor)
    recorded.submit(request_id="r-later")
    tick(recorded)

    done = bundled(recorded.settings, DONE, tmp_path / "it.tar", anchor)

    with tarfile.open(done.path) as tar:
        file = tar.extractfile("manifest.json")
        manifest = json.loads(file.read()) if file else {}
    assert (manifest["first"], manifest["last"]) == (3, 9)
    assert (
        manifest["head"]
        == done.entries.digest
        == read_anchor(anchor, place(recorded.settings)).digest
    )


def test_a_decision_that_the_record_does_not_have_yet_is_said_to_be_missing(
    recorded: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(recorded, WAITING, Answer.REJECT)

    folder = unpacked(recorded, tmp_path / "it", WAITING)

    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert "decision of hanako" in manifest["left_out"][0]
    with pytest.raises(AssertionError, match="decision 1 of hanako"):
        verify(folder, monkeypatch)


def test_nothing_is_written_over_and_no_half_of_a_file_is_left(
    recorded: Bench, tmp_path: Path
) -> None:
    there = tmp_path / "there.tar"
    there.write_text("mine")

    for path in (there, tmp_path / "no-folder" / "it.tar"):
        with pytest.raises(BunsuiError):
            bundled(recorded.settings, DONE, path, None)
    with pytest.raises(Conflict):
        exported(recorded.settings, there, None)

    assert there.read_text() == "mine"
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["there.tar"]


def test_a_request_that_nobody_knows_or_recorded_has_no_bundle(
    recorded: Bench, tmp_path: Path
) -> None:
    recorded.submit(request_id="r-new")

    for request_id in ("r-none", "r-new"):
        with pytest.raises(NotFound):
            bundled(recorded.settings, request_id, tmp_path / "it.tar", None)
