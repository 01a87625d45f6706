"""All patches of MiniStack, each checked before it is applied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bunsui_core.adapters.emulator.patches import restored, wire_types
from bunsui_core.adapters.emulator.patches.fargate import ecs, ecs_definition
from bunsui_core.adapters.emulator.patches.functions import (
    function_errors,
    function_reports,
    function_role,
    nursery,
)
from bunsui_core.adapters.emulator.patches.functions.nursery import Nursery
from bunsui_core.adapters.emulator.patches.identity import iam, root_key
from bunsui_core.adapters.emulator.patches.states import (
    api_answers,
    execution,
    forgotten,
    history,
    item_reader,
    map_state,
    parallel,
    redrive,
    start,
    status_events,
)
from bunsui_core.adapters.emulator.patches.tasks import (
    activity,
    ecs_state,
    event_bus,
    function_call,
    messages,
    nested,
    sdk_calls,
    tables,
    task,
    task_token,
)


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
    function_role.install()
    root_key.install()
    wire_types.install()
    iam.install()
    ecs.install(temporary, changed)
    ecs_definition.install()
    ecs_state.install()
    return nursery.install(temporary)
