"""Log lines of one request of one Lambda function, or of the containers of one task."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Literal

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.adapters.aws.executions import whole
from bunsui_core.domain.errors import NotAuthorised, NotFound
from bunsui_core.domain.failure import ContainerTask, LogLine
from bunsui_core.ports.observe import LogWindow

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef
    from mypy_boto3_logs.type_defs import GetLogEventsRequestTypeDef, OutputLogEventTypeDef

_PAGE = 1000
_MOST_PAGES = 50
"""Pages read of one stream: a bound on what one question may cost."""
_MARK = re.compile(r'(START|REPORT) RequestId: |\{.*"type":\s?"platform\.(start|report)"')


class AwsLogs:
    """Reads CloudWatch Logs."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def lines(self, window: LogWindow, limit: int) -> tuple[LogLine, ...]:
        """Return the lines of that very window, oldest first. Raises: NotFound, Unavailable."""
        if window.task:
            return self._of_task(window.task, limit)
        group = self._group(window.function)
        with translated(f"logs of {window.function}"):
            if not window.request_id:
                return tuple(islice(self._matching(group, window, ""), limit))
            named = tuple(islice(self._matching(group, window, f'"{window.request_id}"'), limit))
            if not named:
                return ()
            asked = _span(group, named[0].stream, window)
            written = self._stream(asked)
            return tuple(islice(of_request(written, window.request_id), limit)) or named

    def _group(self, function: str) -> str:
        """LoggingConfig.LogGroup; the usual group of a function that is gone or may not be seen."""
        try:
            with translated(f"function {function}"):
                found = self._clients.functions.get_function_configuration(FunctionName=function)
        except (NotFound, NotAuthorised):
            return f"/aws/lambda/{function}"
        return found.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function}"

    def _matching(self, group: str, window: LogWindow, pattern: str) -> Iterator[LogLine]:
        pages = self._clients.logs.get_paginator("filter_log_events").paginate(
            logGroupName=group,
            filterPattern=pattern,
            startTime=_milliseconds(window.start),
            endTime=_milliseconds(window.end),
        )
        for page in islice(pages, _MOST_PAGES):
            for event in page["events"]:
                yield _line(event["timestamp"], event["message"], event["logStreamName"])

    def _of_task(self, task: ContainerTask, limit: int) -> tuple[LogLine, ...]:
        """What every container of a task wrote, for the one that broke may not tell why."""
        with translated(f"task definition {task.definition}"):
            found = self._clients.containers.describe_task_definition(
                taskDefinition=task.definition
            )
        streams = [
            stream
            for container in found["taskDefinition"].get("containerDefinitions", [])
            if (stream := stream_of(container, task.arn))
        ]
        if not streams:
            raise NotFound(
                f"no container of {task.definition} logs to a stream that carries its task's id.",
                "Give it the log driver awslogs with awslogs-group and awslogs-stream-prefix.",
            )
        parts = [self._last(group, stream, limit) for group, stream in streams]
        return tuple(sorted((line for part in parts for line in part), key=_at))[-limit:]

    def _last(self, group: str, stream: str, limit: int) -> list[LogLine]:
        """The last lines of a container; one that never started has no stream."""
        asked: GetLogEventsRequestTypeDef = {
            "logGroupName": group,
            "logStreamName": stream,
            "limit": min(limit, _PAGE),
        }
        found: list[LogLine] = []
        try:
            with translated(f"log stream {stream} of {group}"):
                for page in self._pages(asked, "nextBackwardToken"):
                    found[:0] = [_line(e["timestamp"], e["message"], stream) for e in page]
                    if len(found) >= limit:
                        break
        except NotFound:
            return []
        return found

    def _stream(self, asked: GetLogEventsRequestTypeDef) -> Iterator[LogLine]:
        for page in self._pages(asked, "nextForwardToken"):
            for event in page:
                yield _line(event["timestamp"], event["message"], asked["logStreamName"])

    def _pages(
        self,
        asked: GetLogEventsRequestTypeDef,
        token: Literal["nextForwardToken", "nextBackwardToken"],
    ) -> Iterator[list[OutputLogEventTypeDef]]:
        """GetLogEvents ends with the token it was given, not with an empty page."""
        for _ in range(_MOST_PAGES):
            page = self._clients.logs.get_log_events(**asked)
            yield page["events"]
            if page[token] == asked.get("nextToken"):
                return
            asked["nextToken"] = page[token]


def stream_of(container: ContainerDefinitionOutputTypeDef, task_arn: str) -> tuple[str, str] | None:
    """Return group and stream of a container, where its definition tells them.

    Without a prefix the stream has the name of a container id, which no one keeps (Amazon ECS
    Developer Guide, "awslogs-stream-prefix").
    """
    options = container.get("logConfiguration", {}).get("options", {})
    group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
    if not group or not prefix:
        return None
    return group, f"{prefix}/{container.get('name', '')}/{task_arn.rpartition('/')[2]}"


def of_request(lines: Iterator[LogLine], request_id: str) -> Iterator[LogLine]:
    """Return the lines from a request's START to its REPORT, both included.

    One sandbox works on one request at a time, so what stands between them is that request's.
    Functions that log JSON have `platform.start` and `platform.report` instead.
    """
    inside = False
    for line in lines:
        mark = _mark(line.text, request_id)
        inside = inside or mark == "start"
        if inside:
            yield line
        if mark == "report":
            return


def _mark(text: str, request_id: str) -> str:
    found = _MARK.match(text) if request_id.lower() in text.lower() else None
    return (found.group(1) or found.group(2)).lower() if found else ""


def _span(group: str, stream: str, window: LogWindow) -> GetLogEventsRequestTypeDef:
    return {
        "logGroupName": group,
        "logStreamName": stream,
        "startTime": _milliseconds(window.start),
        "endTime": _milliseconds(window.end),
        "startFromHead": True,
        "limit": _PAGE,
    }


def _at(line: LogLine) -> datetime:
    return line.at


def _line(milliseconds: int, text: str, stream: str) -> LogLine:
    return LogLine(
        at=datetime.fromtimestamp(milliseconds / 1000, UTC),
        text=whole(text.rstrip("\n")),
        stream=stream,
    )


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
