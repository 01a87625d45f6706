"""Becoming another program of bunsui."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn


def become(module: str, arguments: Sequence[str] = ()) -> NoReturn:
    """Replace this process by a module of bunsui, with the same Python.

    Without `-P` it would import whatever lies under a module's name in the current folder.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", module, *arguments])
