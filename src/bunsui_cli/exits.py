"""The exit code of every way a command can end; docs/cli.md explains them to users."""

from __future__ import annotations

from enum import IntEnum

from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.exits import EXITS


class ExitCode(IntEnum):
    """What a script can tell from `$?`."""

    OK = 0
    UNEXPECTED = 1
    BAD_INPUT = 2
    NOT_FOUND = 3
    REFUSED = 4
    NOT_AUTHORISED = 5
    UNAVAILABLE = 6
    STORE = 7
    TERMINAL = 8
    INTERRUPTED = 130


def exit_code(error: BunsuiError) -> ExitCode:
    """Return the exit code of a refusal."""
    return ExitCode(EXITS.get(error.code, ExitCode.UNEXPECTED))
