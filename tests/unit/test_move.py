"""A store moves as a whole or not at all, and nothing in it changes on the way."""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
from copy import copy as copy_of
from pathlib import Path

import pytest

from bunsui_core.adapters.local.bundle import FolderPacking, StoredBundle
from bunsui_core.adapters.local.control.records import LocalRecords
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.app.move import Made, copy, export, held, moved, restore
from bunsui_core.domain.errors import (
    BadInput,
    BunsuiError,
    Conflict,
    NotFound,
    Refused,
    StoreDamaged,
    StoreNewer,
)
from bunsui_core.domain.moving import Kind, Manifest, lot_of
from bunsui_core.domain.plan import Place
from bunsui_core.ports.store import Archived
from tests.builders import ACCOUNT, NOW, REGION, SESSION_ID, a_session, execution, later
from tests.local_home import LocalHome
from tests.stocked import remembered, stock

HERE = Place(environment="shop", account=ACCOUNT, region=REGION)
MADE = Made(HERE, NOW, "0.6")
LIST = "manifest.json"


class Side:
    """One store as a whole, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.home = LocalHome(folder)
        self.records = LocalRecords(self.home.writer, self.home.inbox_path)
        self.blobs = FileBlobs(folder / "blobs")

    def lines(self) -> dict[Kind, list[str]]:
        """Everything in it."""
        return {kind: list(self.records.read(kind)) for kind in Kind}


class Moving:
    """A full store, an empty one, and an export of the full one."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self.source, self.target = Side(folder / "source"), Side(folder / "target")
        stock(self.source.home)
        self.sha256 = self.source.blobs.put(gzip.compress(b"{}"))
        remembered(self.source.home).archive.put(
            Archived(execution_arn=execution("load"), redrive_count=0, sha256=self.sha256, at=NOW)
        )
        self.path = folder / f"shop{suffix}"

    def export(self) -> Manifest:
        """Export the full store."""
        packing = FolderPacking(self.path)
        try:
            return export(self.source.records, self.source.blobs, packing, MADE)
        finally:
            packing.close()

    def restore(self, place: Place = HERE) -> Manifest:
        """Import the export into the empty one."""
        return restore(StoredBundle(self.path), self.target.records, self.target.blobs, place)

    def is_untouched(self) -> bool:
        """Whether the target is still empty and whole."""
        return not held(self.target.records.counts()) and not self.target.records.unfinished()


@pytest.fixture(params=["", ".tar"], ids=["folder", "tar"])
def moving(request: pytest.FixtureRequest, tmp_path: Path) -> Moving:
    return Moving(tmp_path, request.param)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Moving:
    """A full store that was exported once for all that only spoil the export."""
    made = Moving(tmp_path_factory.mktemp("once"), "")
    made.export()
    return made


@pytest.fixture
def exported(once: Moving, tmp_path: Path) -> Moving:
    """A copy of the export, and an empty store to import it into."""
    made = copy_of(once)
    made.target, made.path = Side(tmp_path / "target"), tmp_path / "shop"
    shutil.copytree(once.path, made.path)
    return made


def test_everything_arrives_as_it_was(moving: Moving) -> None:
    sent = moving.export()

    assert moving.restore().digest == sent.digest
    assert sent.damaged == 1  # the archive whose document is not there
    ours, theirs = moving.source.lines(), moving.target.lines()
    assert len(ours.pop(Kind.ARCHIVES)) == 2
    assert len(theirs.pop(Kind.ARCHIVES)) == 1
    assert theirs == ours
    assert moving.target.blobs.get(moving.sha256) == moving.source.blobs.get(moving.sha256)


def test_an_export_of_an_import_is_the_same_export(moving: Moving, tmp_path: Path) -> None:
    first = moving.export()
    moving.restore()
    packing = FolderPacking(tmp_path / "again")
    second = export(moving.target.records, moving.target.blobs, packing, MADE)
    packing.close()

    assert second.lots == first.lots
    assert second.model_copy(update={"damaged": 1}).digest == first.digest


def test_nothing_but_the_export_is_left_beside_it(moving: Moving, tmp_path: Path) -> None:
    moving.export()

    assert {path.name for path in tmp_path.iterdir()} == {"source", "target", moving.path.name}


def test_an_export_is_for_its_owner_alone(moving: Moving) -> None:
    moving.export()

    assert moving.path.stat().st_mode & 0o077 == 0


def test_an_export_takes_the_place_of_nothing(moving: Moving) -> None:
    moving.path.write_text("mine")

    with pytest.raises(Conflict):
        moving.export()

    assert moving.path.read_text() == "mine"


@pytest.mark.parametrize("name", ["shop.tar.gz", "shop.zip"])
def test_an_export_is_not_taken_for_packed(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="plain"):
        FolderPacking(tmp_path / name)


def test_an_export_that_fails_leaves_nothing(moving: Moving, tmp_path: Path) -> None:
    with moving.source.home.writer.writing() as direct:
        direct.execute("UPDATE sessions SET body = '{}'")

    with pytest.raises(StoreDamaged):
        moving.export()

    assert {path.name for path in tmp_path.iterdir()} == {"source", "target"}


def test_a_store_is_copied_into_another_without_an_export_between(moving: Moving) -> None:
    source, target = moving.source, moving.target

    manifest = copy(source.records, source.blobs, (target.records, target.blobs), MADE)

    assert moved("", manifest).counts[Kind.SESSIONS] == 1
    assert target.lines()[Kind.SESSIONS] == source.lines()[Kind.SESSIONS]
    assert target.blobs.get(moving.sha256)


@pytest.mark.parametrize("place", ["account", "region"])
def test_an_export_of_another_account_or_region_is_refused(exported: Moving, place: str) -> None:
    other = {"account": "111111111111", "region": "eu-west-1"}[place]

    with pytest.raises(Refused, match=other):
        exported.restore(HERE.model_copy(update={place: other}))

    assert exported.is_untouched()


def test_an_environment_of_another_name_takes_it(exported: Moving) -> None:
    exported.restore(HERE.model_copy(update={"environment": "shop-2"}))

    assert exported.target.records.counts()[Kind.SESSIONS] == 1


def _change(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new, 1))


SPOILT: Mapping[str, Callable[[Path], object]] = {
    "a line that was changed": lambda f: _change(f / "sessions.jsonl", SESSION_ID, "s-other"),
    "a line that was added": lambda f: _change(f / "audit.jsonl", "\n", "\n" + "{}\n"),
    "a line that is missing": lambda f: (f / "decisions.jsonl").write_text(""),
    "a file that is missing": lambda f: (f / "requests.jsonl").unlink(),
    "a file that is no text": lambda f: (f / "requests.jsonl").write_bytes(b"\xff\xfe"),
    "a document that was changed": lambda f: next(_documents(f)).write_bytes(b"other"),
    "a document that is missing": lambda f: next(_documents(f)).unlink(),
    "a manifest that is none": lambda f: (f / LIST).write_text("{}"),
    "a manifest that is no JSON": lambda f: (f / LIST).write_text("{"),
    "a manifest that was changed": lambda f: _change(f / LIST, '"count": 1', '"count": 2'),
}


def _documents(folder: Path) -> Iterator[Path]:
    return (path for path in folder.joinpath("documents").rglob("*") if path.is_file())


@pytest.mark.parametrize("how", SPOILT)
def test_of_a_spoilt_export_nothing_is_taken(exported: Moving, how: str) -> None:
    SPOILT[how](exported.path)

    with pytest.raises(StoreDamaged):
        exported.restore()

    assert exported.is_untouched()


def test_a_manifest_names_no_file_outside_the_export(exported: Moving) -> None:
    manifest = exported.path / "manifest.json"
    document = json.loads(manifest.read_text())
    document["documents"] = ["../../../../etc/passwd"]
    manifest.write_text(json.dumps(document))

    with pytest.raises(StoreDamaged, match="manifest"):
        exported.restore()


def test_an_export_of_a_newer_bunsui_is_refused(exported: Moving) -> None:
    _change(exported.path / "manifest.json", '"format": 1', '"format": 2')

    with pytest.raises(StoreNewer, match="format 2"):
        exported.restore()


def test_an_export_of_an_older_bunsui_that_says_less_is_read(exported: Moving) -> None:
    """As an older one wrote it: without the fields that were added since, under its own digest."""
    file = exported.path / "sessions.jsonl"
    document = json.loads(file.read_text())
    del document["session"]["wish"], document["said"]
    line = json.dumps(document)
    file.write_text(f"{line}\n")
    manifest = json.loads((exported.path / "manifest.json").read_text())
    manifest["lots"]["sessions"] = lot_of([line]).model_dump()
    (exported.path / "manifest.json").write_text(json.dumps(manifest))

    exported.restore()

    assert remembered(exported.target.home).sessions.get(SESSION_ID) == remembered(
        exported.source.home
    ).sessions.get(SESSION_ID)


@pytest.mark.parametrize(
    ("made", "error"), [("empty", NotFound), ("text", BadInput), ("nothing", NotFound)]
)
def test_what_is_no_export_is_said_to_be_none(
    tmp_path: Path, made: str, error: type[BunsuiError]
) -> None:
    path = tmp_path / "x"
    if made == "empty":
        path.mkdir()
    if made == "text":
        path.write_text("hello")

    with pytest.raises(error):
        StoredBundle(path).manifest()


def test_a_link_in_a_tar_file_is_not_followed(exported: Moving, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    shutil.copy(exported.path / "requests.jsonl", secret)
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        for path in exported.path.iterdir():
            if path.name != "requests.jsonl":
                tar.add(path, arcname=path.name)
        link = tarfile.TarInfo("requests.jsonl")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        tar.addfile(link)

    with pytest.raises(StoreDamaged, match="requests"):
        list(StoredBundle(tmp_path / "evil.tar").lines(Kind.REQUESTS))


def test_what_is_written_while_it_is_exported_is_not_in_it(moving: Moving) -> None:
    class Writing(FolderPacking):
        def add_document(self, sha256: str, content: bytes) -> None:
            super().add_document(sha256, content)
            sessions = remembered(moving.source.home.another()).sessions
            sessions.save(a_session(id=f"s-{sha256[:4]}", created_at=later(days=1)))

    packing = Writing(moving.path)
    manifest = export(moving.source.records, moving.source.blobs, packing, MADE)
    packing.close()

    assert manifest.lots[Kind.SESSIONS].count == 1
    assert moving.source.records.counts()[Kind.SESSIONS] == 2
