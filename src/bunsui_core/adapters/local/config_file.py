"""`bunsui.toml` on this machine: read as it is, written whole or not at all."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bunsui_core.domain.config_text import with_environment
from bunsui_core.domain.environment import Environment
from bunsui_core.domain.errors import BadInput, Conflict, Unavailable


def save_environment(path: Path, name: str, environment: Environment) -> None:
    """Put an environment into the file, which only its owner can read afterwards.

    Raises: BadInput, Refused when the file cannot take it; Conflict when somebody else wrote it
    meanwhile; Unavailable when it cannot be written. The file is then as it was.
    """
    real = path.resolve()  # a link to the file, as dotfiles are kept, stays one
    try:
        make_private(real.parent)
        with _alone(real.parent):
            old = read(real)
            _replace(real, old, with_environment(old, name, environment, str(path)))
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written: {error.strerror or error}.",
            "Check the folder and the disk; nothing was changed.",
        ) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes of bunsui from writing in the folder until the end of the block."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, old: str, new: str) -> None:
    made = _beside(path, new)
    try:
        if read(path) != old:
            raise Conflict(
                f"{path} was changed by somebody else meanwhile.", "Run the command again."
            )
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, each for this user alone.

    `mkdir(parents=True)` would leave those above to the umask.
    """
    for one in reversed((folder, *folder.parents)):
        one.mkdir(mode=0o700, exist_ok=True)


def read(path: Path) -> str:
    """Return the text of the file, empty when it is not there. Raises: BadInput."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} cannot be read: {error}.", "Correct it, or name another."
        ) from error


def _beside(path: Path, text: str) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".bunsui-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
