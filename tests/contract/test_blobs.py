"""`Blobs`: bytes under their own hash."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from bunsui_core.adapters.aws.store.objects import S3Blobs
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.domain.errors import NotFound, StoreDamaged, Unavailable
from bunsui_core.ports.store import Blobs
from tests.dynamo_home import DynamoHome
from tests.race import together

HELLO = hashlib.sha256(b"hello").hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture(params=["files", "bucket"])
def blobs(request: pytest.FixtureRequest, folder: Path) -> Blobs:
    if request.param == "files":
        return FileBlobs(folder)
    home: DynamoHome = request.getfixturevalue("table")
    return home.blobs


@pytest.fixture
def here(folder: Path) -> Blobs:
    """Blobs in a folder."""
    return FileBlobs(folder)


@pytest.mark.parametrize("content", [b"", b"hello", bytes(range(256)) * 5000])
def test_a_document_comes_back_byte_for_byte(blobs: Blobs, content: bytes) -> None:
    sha256 = blobs.put(content)

    assert sha256 == hashlib.sha256(content).hexdigest()
    assert blobs.get(sha256) == content


def test_the_same_document_twice_is_one(here: Blobs, folder: Path) -> None:
    assert here.put(b"hello") == here.put(b"hello") == HELLO
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [HELLO]


def test_two_writers_of_one_document_leave_it_whole(here: Blobs, folder: Path) -> None:
    content = b"x" * 1_000_000

    first, second = together(lambda: here.put(content), lambda: here.put(content))

    assert first == second
    assert [path.read_bytes() for path in folder.rglob("*") if path.is_file()] == [content]


@pytest.mark.parametrize("sha256", ["", "ab" * 32, "../" * 10, f"../{'a' * 61}", HELLO.upper()])
def test_what_is_no_stored_hash_is_not_found(blobs: Blobs, sha256: str) -> None:
    blobs.put(b"hello")

    with pytest.raises(NotFound):
        blobs.get(sha256)


def test_a_document_whose_bytes_changed_is_never_returned(here: Blobs, folder: Path) -> None:
    here.put(b"hello")
    (folder / HELLO[:2] / HELLO).write_bytes(b"hellO")

    with pytest.raises(StoreDamaged):
        here.get(HELLO)


def test_putting_a_damaged_document_again_mends_it(here: Blobs, folder: Path) -> None:
    here.put(b"hello")
    (folder / HELLO[:2] / HELLO).write_bytes(b"hellO")

    here.put(b"hello")

    assert here.get(HELLO) == b"hello"


def test_documents_are_readable_by_this_user_only(here: Blobs, folder: Path) -> None:
    here.put(b"hello")

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert modes == {0o700, 0o600}


@pytest.mark.parametrize("sha256", [HELLO, "ab" * 32, "../" * 10])
def test_a_dropped_document_is_gone_and_what_is_not_there_is_no_error(
    blobs: Blobs, sha256: str
) -> None:
    blobs.put(b"hello")
    kept = blobs.put(b"other")

    for _ in range(2):
        blobs.drop(sha256)

    if sha256 == HELLO:
        with pytest.raises(NotFound):
            blobs.get(HELLO)
    assert blobs.get(kept) == b"other"


def test_a_folder_that_cannot_be_made_is_said_so(here: Blobs, folder: Path) -> None:
    folder.write_text("a file is in the way")

    with pytest.raises(Unavailable, match="blobs"):
        here.put(b"hello")


def test_two_writers_of_one_object_leave_it_whole(table: DynamoHome) -> None:
    content = b"x" * 1_000_000

    first, second = together(lambda: table.blobs.put(content), lambda: table.blobs.put(content))

    assert first == second
    assert table.blobs.get(str(first)) == content


def test_an_object_whose_bytes_changed_is_never_returned_and_is_mended(table: DynamoHome) -> None:
    table.blobs.put(b"hello")
    key = f"blobs/{HELLO[:2]}/{HELLO}"
    table.clients.objects.put_object(Bucket=table.name, Key=key, Body=b"hellO")

    with pytest.raises(StoreDamaged):
        table.blobs.get(HELLO)
    table.blobs.put(b"hello")

    assert table.blobs.get(HELLO) == b"hello"


def test_a_bucket_that_is_not_there_is_said_so(table: DynamoHome) -> None:
    with pytest.raises(NotFound, match="never-made"):
        S3Blobs(table.clients, "never-made").put(b"hello")
