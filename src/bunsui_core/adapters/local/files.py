"""Large documents in files that are named after their content."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from bunsui_core.adapters.local.failure import damaged, unusable
from bunsui_core.domain.errors import NotFound

SHA256 = re.compile(r"[0-9a-f]{64}")


class FileBlobs:
    """`Blobs` below one folder, which is made when the first document is put."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Store bytes and return their hex sha256. Raises: Unavailable when they cannot be."""
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            if not _holds(self._path(sha256), content):
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _write(self._path(sha256), content)
        except OSError as error:
            raise unusable(self._folder, error) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes. Raises: NotFound, StoreDamaged when they do not match."""
        path = self._path(sha256) if SHA256.fullmatch(sha256) else None
        if path is None or not path.is_file():
            raise NotFound(f"no document {sha256[:64]} is archived.", "It may have been removed.")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise damaged(path, "its bytes are not those of its name")
        return content

    def drop(self, sha256: str) -> None:
        """Remove a document; one that is not there is no error. Raises: Unavailable."""
        try:
            if SHA256.fullmatch(sha256):
                self._path(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise unusable(self._folder, error) from error

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _write(path: Path, content: bytes) -> None:
    """Write beside the name and rename, so that no reader ever sees half a document."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
