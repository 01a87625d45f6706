"""The awslogs driver: what a container writes becomes events of its log stream, line by line."""

from __future__ import annotations

from collections.abc import Callable

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import cloudwatch_logs, ecs

from bunsui_core.adapters.emulator.patches.states.history import Document

_NO_GROUP = (
    "ResourceInitializationError: failed to validate logger args: create stream has been retried "
    "1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: "
    "The specified log group does not exist. : exit status 1"
)


class NoLog(Exception):
    """The container's log cannot be written; carries the reason as ECS words it."""


def log_of(definition: Document, task_id: str) -> Callable[[str], None]:
    """Return what takes the lines of a container; without awslogs they go nowhere, as on AWS.

    Raises:
        NoLog: the log group is not there.
    """
    config = ecs._awslogs_config(definition, task_id, task_id)
    if config is None:
        return lambda line: None
    scope = (get_account_id(), str(config["region"] or get_region()))
    with request_scope(*scope):
        if not ecs._ensure_awslogs_stream(config):
            raise NoLog(_NO_GROUP)

    def write(line: str) -> None:
        # CloudWatch Logs takes no empty message.
        if line:
            with request_scope(*scope):
                if config["group"] in cloudwatch_logs._log_groups:
                    ecs._emit_awslogs_event(config, line)

    return write
