"""Files that are evidence: bundles, exports of the record, and anchors of it."""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from bunsui_core.adapters.local.failure import unusable
from bunsui_core.domain.audit import Anchor, AuditEntry
from bunsui_core.domain.errors import BadInput, Conflict, NotFound
from bunsui_core.domain.plan import Place

LONGEST_LINE = 1 << 20
"""Bytes of the longest line that can be an entry."""


def write_tar(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into one tar, of which the same files always give the same bytes.

    Raises: Conflict when there is something of that name, Unavailable.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(files[name]), 0o644
            tar.addfile(member, io.BytesIO(files[name]))
    write_new(path, (packed.getvalue(),))


def write_new(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that has its name only when it is whole.

    Raises: Conflict when there is something of that name, Unavailable.
    """
    made: Path | None = None
    try:
        _must_be_free(path)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.absolute().parent)
        made = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        _must_be_free(path)
        made.rename(path)
    except OSError as error:
        raise unusable(path, error) from error
    finally:
        if made is not None:
            with suppress(OSError):
                made.unlink(missing_ok=True)


def write_anchor(path: Path, anchor: Anchor) -> None:
    """Write an anchor over the one that is there. Raises: Unavailable."""
    try:
        beside = path.with_name(f".{path.name}-new")
        beside.write_text(anchor.model_dump_json() + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise unusable(path, error) from error


def read_anchor(path: Path, place: Place) -> Anchor:
    """Return the anchor in a file, or of the last entry of an exported record.

    Raises: NotFound, BadInput when it is none, or one of another account or region.
    """
    try:
        text = _last_line(path)
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}.", "Name an anchor that was exported.") from error
    except OSError as error:
        raise unusable(path, error) from error
    anchor = _anchor(text) or _of_entry(text, place)
    if anchor is None:
        raise BadInput(
            f"{path} is no anchor and no exported record.",
            "Make one: bunsui audit export --anchor FILE",
        )
    if (anchor.place.account, anchor.place.region) != (place.account, place.region):
        raise BadInput(
            f"{path} is an anchor of account {anchor.place.account} in {anchor.place.region}.",
            "Name the environment of that account with -e.",
        )
    return anchor


def _must_be_free(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise Conflict(f"{path} exists already.", "Choose another name.")


def _anchor(text: str) -> Anchor | None:
    try:
        return Anchor.model_validate_json(text)
    except ValueError:
        return None


def _of_entry(text: str, place: Place) -> Anchor | None:
    try:
        entry = AuditEntry.model_validate_json(text)
    except ValueError:
        return None
    return Anchor(place=place, seq=entry.seq, digest=entry.digest, at=entry.at)


def _last_line(path: Path) -> str:
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(size - LONGEST_LINE, 0))
        lines = file.read().strip().splitlines()
    return lines[-1].decode(errors="replace") if lines else ""
