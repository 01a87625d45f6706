"""Files that only their owner may read: looked at before anything in them is believed."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from bunsui_core.adapters.local.failure import unusable
from bunsui_core.domain.errors import NotAuthorised, NotFound

MOST_BYTES = 65_536
"""The longest key file that is read."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def contents(path: Path) -> bytes:
    """Return what a private file holds.

    Raises: NotFound, Unavailable; NotAuthorised for a link, for what is no file, and for a file
    or folder that others can read or change.
    """
    descriptor = _opened(path)
    try:
        _must_be_private(path, os.fstat(descriptor))
        _must_be_own_folder(path.parent)
        return os.read(descriptor, MOST_BYTES + 1)
    except OSError as error:
        raise unusable(path, error) from error
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    # Neither a link is followed nor is a pipe waited for: what was looked at is what is read.
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise NotFound(
            f"the private key is not on this machine: {path} does not exist.",
            "Decide where it is, or with another approver's key.",
        ) from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotAuthorised(
                f"{path} is a link, and a key is only read where it lies.",
                "Put the key file itself there.",
            ) from error
        raise unusable(path, error) from error


def _must_be_private(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotAuthorised(f"{path} is not a file.", "Put the key file itself there.")
    if found.st_uid != os.geteuid():
        raise NotAuthorised(
            f"{path} belongs to another user of this machine, who can change it.",
            f"If it is your key: chown {os.geteuid()} {path}",
        )
    if found.st_mode & OTHERS:
        raise NotAuthorised(
            f"others can read or change the key file {path}, so it signs nothing.",
            f"Run `chmod go= {path}`; if it was open for long, make a new key.",
        )


def _must_be_own_folder(folder: Path) -> None:
    try:
        found = folder.stat()
    except OSError as error:
        raise unusable(folder, error) from error
    if found.st_uid not in {os.geteuid(), 0}:
        raise NotAuthorised(
            f"{folder} belongs to another user, who can put other keys there.",
            f"chown {os.geteuid()} {folder}",
        )
    if found.st_mode & _OTHERS_WRITE:
        raise NotAuthorised(f"others can put keys into {folder}.", f"Run `chmod go= {folder}`.")
