"""All patches of MiniStack, each checked before it is applied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bunsui_core.adapters.emulator.patches import (
    activity,
    api_answers,
    ecs,
    ecs_definition,
    ecs_state,
    event_bus,
    execution,
    forgotten,
    function_call,
    function_errors,
    function_reports,
    history,
    iam,
    item_reader,
    map_state,
    messages,
    nested,
    nursery,
    parallel,
    redrive,
    restored,
    root_key,
    sdk_calls,
    start,
    status_events,
    tables,
    task,
    task_token,
    wire_types,
)
from bunsui_core.adapters.emulator.patches.nursery import Nursery


def apply_all(temporary: Path, changed: Callable[[], None]) -> Nursery:
    """Make MiniStack behave as AWS where bunsui looks; return the nursery of its functions.

    `changed` is called when an execution moves.

    Raises:
        Unavailable: MiniStack is not the one that the patches were written for.
    """
    history.install(changed)
    status_events.install()
    execution.install()
    forgotten.install()
    parallel.install()
    map_state.install()
    task.install()
    task_token.install()
    activity.install()
    function_call.install()
    nested.install()
    messages.install()
    tables.install()
    event_bus.install()
    sdk_calls.install()
    item_reader.install()
    start.install()
    redrive.install()
    api_answers.install()
    restored.install()
    function_errors.install()
    function_reports.install()
    root_key.install()
    wire_types.install()
    iam.install()
    ecs.install(temporary, changed)
    ecs_definition.install()
    ecs_state.install()
    return nursery.install(temporary)
