"""What a patch stands on: one version of MiniStack, and the very functions it replaces."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from bunsui_core.domain.errors import Unavailable

VERSION = "1.5.33"

_REINSTALL = "Install the pinned one: pip install 'bunsui[local]'."


def require_version(distribution: str = "ministack") -> str:
    """Return MiniStack's version, which is the one the patches were written for.

    Raises:
        Unavailable: MiniStack is not installed, or is another version.
    """
    try:
        found = version(distribution)
    except PackageNotFoundError as error:
        raise Unavailable(
            "The embedded AWS needs the extra `local`, which is not installed.",
            "Run: pip install 'bunsui[local]'.",
        ) from error
    if found != VERSION:
        raise Unavailable(
            f"The embedded AWS is written for MiniStack {VERSION}; {found} is installed.",
            _REINSTALL,
        )
    return found


def require(replaced: Callable[..., object], sha256: str) -> None:
    """Pass when the source of the function to be replaced is still the known one.

    Raises:
        Unavailable: the function is another one than the patch was written for.
    """
    if fingerprint(replaced) != sha256:
        raise Unavailable(
            f"MiniStack's {replaced.__module__}.{replaced.__qualname__} is not the function "
            "that the embedded AWS replaces.",
            _REINSTALL,
        )


def fingerprint(replaced: Callable[..., object]) -> str:
    """Return sixteen hexadecimal digits that name the source of a function."""
    return hashlib.sha256(inspect.getsource(replaced).encode()).hexdigest()[:16]
