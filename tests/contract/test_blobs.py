"""`Blobs`: bytes under their own hash."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.domain.errors import NotFound, StoreDamaged, Unavailable
from bunsui_core.ports.store import Blobs
from tests.race import together

HELLO = hashlib.sha256(b"hello").hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture(params=["files"])
def blobs(folder: Path) -> Blobs:
    return FileBlobs(folder)


@pytest.mark.parametrize("content", [b"", b"hello", bytes(range(256)) * 5000])
def test_a_document_comes_back_byte_for_byte(blobs: Blobs, content: bytes) -> None:
    sha256 = blobs.put(content)

    assert sha256 == hashlib.sha256(content).hexdigest()
    assert blobs.get(sha256) == content


def test_the_same_document_twice_is_one(blobs: Blobs, folder: Path) -> None:
    assert blobs.put(b"hello") == blobs.put(b"hello") == HELLO
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [HELLO]


def test_two_writers_of_one_document_leave_it_whole(blobs: Blobs, folder: Path) -> None:
    content = b"x" * 1_000_000

    first, second = together(lambda: blobs.put(content), lambda: blobs.put(content))

    assert first == second
    assert [path.read_bytes() for path in folder.rglob("*") if path.is_file()] == [content]


@pytest.mark.parametrize("sha256", ["", "ab" * 32, "../" * 10, f"../{'a' * 61}", HELLO.upper()])
def test_what_is_no_stored_hash_is_not_found(blobs: Blobs, sha256: str) -> None:
    blobs.put(b"hello")

    with pytest.raises(NotFound):
        blobs.get(sha256)


def test_a_document_whose_bytes_changed_is_never_returned(blobs: Blobs, folder: Path) -> None:
    blobs.put(b"hello")
    (folder / HELLO[:2] / HELLO).write_bytes(b"hellO")

    with pytest.raises(StoreDamaged):
        blobs.get(HELLO)


def test_putting_a_damaged_document_again_mends_it(blobs: Blobs, folder: Path) -> None:
    blobs.put(b"hello")
    (folder / HELLO[:2] / HELLO).write_bytes(b"hellO")

    blobs.put(b"hello")

    assert blobs.get(HELLO) == b"hello"


def test_documents_are_readable_by_this_user_only(blobs: Blobs, folder: Path) -> None:
    blobs.put(b"hello")

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


def test_a_folder_that_cannot_be_made_is_said_so(blobs: Blobs, folder: Path) -> None:
    folder.write_text("a file is in the way")

    with pytest.raises(Unavailable, match="blobs"):
        blobs.put(b"hello")
