"""What a patch stands on: one version of MiniStack, and the very functions it replaces."""

from __future__ import annotations

import hashlib
import inspect
import linecache
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from types import CodeType

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
    if _quick_fingerprint(replaced) != sha256 and fingerprint(replaced) != sha256:
        raise Unavailable(
            f"MiniStack's {replaced.__module__}.{replaced.__qualname__} is not the function "
            "that the embedded AWS replaces.",
            _REINSTALL,
        )


def fingerprint(replaced: Callable[..., object]) -> str:
    """Return sixteen hexadecimal digits that name the source of a function."""
    return _digest(inspect.getsource(replaced))


def _quick_fingerprint(replaced: Callable[..., object]) -> str:
    """Return the same, found in a tenth of the time by the lines that its code comes from.

    Some functions end with a line that no code comes from; theirs is another one.
    """
    code = getattr(inspect.unwrap(replaced), "__code__", None)
    if not isinstance(code, CodeType):
        return ""
    lines = linecache.getlines(code.co_filename)
    return _digest("".join(lines[code.co_firstlineno - 1 : _last_line(code)]))


def _last_line(code: CodeType) -> int:
    own = (end or 0 for _, end, _, _ in code.co_positions())
    inner = (_last_line(const) for const in code.co_consts if isinstance(const, CodeType))
    return max((*own, *inner))


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:16]
