"""All patches of MiniStack, each checked before it is applied."""

from __future__ import annotations

from collections.abc import Callable

from bunsui_core.adapters.emulator.patches import (
    execution,
    function_errors,
    history,
    redrive,
    restored,
    root_key,
    start,
    task,
)


def apply_all(changed: Callable[[], None]) -> None:
    """Make MiniStack behave as AWS where bunsui looks; `changed` is called when an execution moves.

    Raises:
        Unavailable: MiniStack is not the one that the patches were written for.
    """
    history.install(changed)
    execution.install()
    task.install()
    start.install()
    redrive.install()
    restored.install()
    function_errors.install()
    root_key.install()
