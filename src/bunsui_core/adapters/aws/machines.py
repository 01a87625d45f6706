"""State machines of an account and what runs in them, as Step Functions lists it."""

from __future__ import annotations

from collections.abc import Mapping

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.domain.machine import ExecutionPage, ExecutionRow, Machine, MachineKind
from bunsui_core.domain.session import JobStatus


class AwsMachines:
    """Lists machines and their executions."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def all(self) -> tuple[Machine, ...]:
        """Return every machine of both kinds. Raises: NotAuthorised, Unavailable."""
        with translated("the list of state machines"):
            pages = self._clients.stepfunctions.get_paginator("list_state_machines").paginate(
                PaginationConfig={"PageSize": 1000}
            )
            return tuple(
                Machine(
                    arn=one["stateMachineArn"],
                    name=one["name"],
                    kind=MachineKind(one["type"]),
                    created_at=one["creationDate"],
                )
                for page in pages
                for one in page["stateMachines"]
            )

    def executions(self, machine_arn: str, limit: int, token: str) -> ExecutionPage:
        """Return a page of executions, newest first.

        Raises: NotFound when the machine is gone, NotAuthorised, Unavailable.
        """
        client = self._clients.stepfunctions
        with translated(f"executions of {machine_arn}"):
            if token:
                page = client.list_executions(
                    stateMachineArn=machine_arn, maxResults=limit, nextToken=token
                )
            else:
                page = client.list_executions(stateMachineArn=machine_arn, maxResults=limit)
        rows = tuple(
            ExecutionRow(
                execution_arn=one["executionArn"],
                machine=one["stateMachineArn"],
                status=_status(one["status"]),
                started_at=one["startDate"],
                stopped_at=one.get("stopDate"),
                redrive_count=one.get("redriveCount") or 0,
            )
            for one in page["executions"]
        )
        return ExecutionPage(rows=rows, next_token=page.get("nextToken") or "")

    def tags(self, machine_arn: str) -> Mapping[str, str]:
        """Return the tags of a machine. Raises: NotFound, NotAuthorised, Unavailable."""
        with translated(f"tags of {machine_arn}"):
            found = self._clients.stepfunctions.list_tags_for_resource(resourceArn=machine_arn)
        return {one.get("key", ""): one.get("value", "") for one in found["tags"]}

    def definition(self, machine_arn: str) -> str:
        """Return its present definition. Raises: NotFound, NotAuthorised, Unavailable."""
        with translated(f"state machine {machine_arn}"):
            found = self._clients.stepfunctions.describe_state_machine(stateMachineArn=machine_arn)
        return found["definition"]


def _status(word: str) -> JobStatus:
    return JobStatus.RUNNING if word == "PENDING_REDRIVE" else JobStatus(word)
