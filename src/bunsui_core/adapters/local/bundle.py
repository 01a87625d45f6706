"""An export as a folder or one tar file: a manifest, a file of lines a kind, the documents.

It is made beside its name and renamed when it is whole, so that half an export is never met.
"""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from bunsui_core.adapters.local.failure import unusable
from bunsui_core.domain.errors import BadInput, Conflict, NotFound, StoreDamaged, StoreNewer
from bunsui_core.domain.moving import FORMAT, Kind, Manifest
from bunsui_core.domain.value import read_json

MANIFEST = "manifest.json"
TAR = ".tar"
_PACKED = frozenset({".gz", ".tgz", ".zip", ".bz2", ".xz", ".zst"})


class FolderPacking:
    """`Packing` into a folder, or into a tar file where the name ends so; `close` it at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if path.suffix in _PACKED:
            raise BadInput(
                f"{path} is to be packed, and an export is a folder or a plain {TAR} file.",
                "Its documents are packed already; pack the rest yourself if it is worth it.",
            )
        try:
            if path.exists() or path.is_symlink():
                raise _taken(path)
            made = tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.absolute().parent)
        except OSError as error:
            raise unusable(path.absolute().parent, error) from error
        self._folder = Path(made)

    def add(self, kind: Kind, lines: Iterable[str]) -> None:
        """Put all records of a kind into it. Raises: Unavailable."""
        try:
            with self._folder.joinpath(_name(kind)).open("w", encoding="utf-8", newline="") as file:
                file.writelines(f"{line}\n" for line in lines)
        except OSError as error:
            raise unusable(self._folder, error) from error

    def add_document(self, sha256: str, content: bytes) -> None:
        """Put an archived document into it. Raises: Unavailable."""
        path = self._folder / _document(sha256)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise unusable(self._folder, error) from error

    def seal(self, manifest: Manifest) -> None:
        """Write what it holds, and give it its name. Raises: Conflict, Unavailable."""
        try:
            text = manifest.model_dump_json(indent=2)
            self._folder.joinpath(MANIFEST).write_text(text + "\n", encoding="utf-8")
            made = self._folder
            if self._path.suffix == TAR:
                made = _packed(self._folder)
            if self._path.exists():
                raise _taken(self._path)
            made.rename(self._path)
        except OSError as error:
            raise unusable(self._path, error) from error

    def close(self) -> None:
        """Remove what is left of the making; of an export that was not sealed, all of it."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.with_name(f"{self._folder.name}{TAR}").unlink(missing_ok=True)


def _packed(folder: Path) -> Path:
    made = folder.with_name(f"{folder.name}{TAR}")
    made.touch(mode=0o600)
    with tarfile.open(made, "w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            tar.add(path, arcname=path.relative_to(folder).as_posix(), recursive=False)
    return made


class _Parts(Protocol):
    """What an export is made of, by name."""

    def open(self, name: str) -> BinaryIO:
        """Open a part. Raises: KeyError, OSError when it is not there."""
        ...


class _FolderParts:
    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, name: str) -> BinaryIO:
        """Open a file of the folder."""
        return (self._path / name).open("rb")


class _TarParts:
    """Only files by their very names are read; nothing is unpacked onto the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with tarfile.open(path, "r:") as tar:
            files = (one for one in tar.getmembers() if one.isreg() and not one.issparse())
            self._places = {one.name: (one.offset_data, one.size) for one in files}

    def open(self, name: str) -> BinaryIO:
        """Open a member of the tar file."""
        begin, size = self._places[name]
        with self._path.open("rb") as file:
            file.seek(begin)
            return io.BytesIO(file.read(size))


LATER = frozenset({Kind.TRUST_CHANGES})
"""Kinds that an export of an older bunsui does not know."""


class StoredBundle:
    """`Bundle` in a folder or a tar file. Raises: NotFound, BadInput when it is neither."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts = _parts(path)

    def manifest(self) -> Manifest:
        """Return what it must hold. Raises: NotFound, StoreDamaged, StoreNewer."""
        try:
            text = self._read(MANIFEST).decode()
            document = read_json(text)
        except (KeyError, OSError) as error:
            raise NotFound(
                f"{self._path} has no {MANIFEST}, so it is no export of bunsui.",
                "Name a folder or a tar file that `bunsui store export` made.",
            ) from error
        except ValueError as error:
            raise self._damaged(MANIFEST, str(error)) from error
        made_by = document.get("format") if isinstance(document, dict) else None
        if isinstance(made_by, int) and made_by > FORMAT:
            raise StoreNewer(
                f"{self._path} was exported by a newer bunsui (format {made_by}, this one knows "
                f"{FORMAT}).",
                "Upgrade bunsui.",
            )
        try:
            return Manifest.model_validate_json(text)
        except ValueError as error:
            raise self._damaged(MANIFEST, "it does not read as one") from error

    def lines(self, kind: Kind) -> Iterator[str]:
        """Give the records of a kind. Raises: StoreDamaged."""
        if kind in LATER and kind not in self.manifest().lots:
            return
        name = _name(kind)
        try:
            with io.TextIOWrapper(self._parts.open(name), "utf-8", newline="\n") as file:
                for line in file:
                    yield line.removesuffix("\n")
        except (KeyError, OSError, ValueError) as error:
            raise self._damaged(name, "it is missing or no text") from error

    def document(self, sha256: str) -> bytes:
        """Return an archived document, unchecked. Raises: StoreDamaged when it is missing."""
        name = _document(sha256)
        try:
            return self._read(name)
        except (KeyError, OSError) as error:
            raise self._damaged(name, "it is missing") from error

    def _read(self, name: str) -> bytes:
        with self._parts.open(name) as file:
            return file.read()

    def _damaged(self, name: str, why: str) -> StoreDamaged:
        return StoreDamaged(
            f"{name} of {self._path} is damaged: {why}.",
            "Nothing of it was taken. Export it again, or restore a copy.",
        )


def _parts(path: Path) -> _Parts:
    try:
        if path.is_dir():
            return _FolderParts(path)
        return _TarParts(path)
    except FileNotFoundError as error:
        raise NotFound(f"{path} is not there.", "Name an export of bunsui.") from error
    except tarfile.TarError as error:
        raise BadInput(
            f"{path} is neither a folder nor a tar file.",
            "Name what `bunsui store export` made.",
        ) from error
    except OSError as error:
        raise unusable(path, error) from error


def _name(kind: Kind) -> str:
    return f"{kind.value}.jsonl"


def _document(sha256: str) -> str:
    return f"documents/{sha256[:2]}/{sha256}"


def _taken(path: Path) -> Conflict:
    return Conflict(f"{path} is there already.", "Name another path, or move it away.")
