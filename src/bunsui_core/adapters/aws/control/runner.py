"""The three calls that change Step Functions."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.errors import BadInput, Conflict, NotAuthorised
from bunsui_core.domain.startable import express
from bunsui_core.ports.control import Started

STOPPED = "Bunsui.Cancelled"
"""The error of an execution that was stopped because its session was cancelled."""

_LONGEST_CAUSE = 32_768
_LEAVING = "before-send.sfn.RedriveExecution"
_MAY_LEAVE: ContextVar[Callable[[], None]] = ContextVar("may_leave")
_OPEN = ("RUNNING", "PENDING_REDRIVE")


class AwsRunner:
    """Starts, redrives and stops executions; needs clients that may do more than read."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._standard: set[str] = set()

    def start(self, machine: str, name: str, text: str) -> Started:
        """Start an execution under a name of its own.

        Raises: Conflict when the name belongs to another input; BadInput for an Express workflow;
        NotFound, Unavailable.
        """
        self._must_be_standard(machine)
        try:
            with translated(f"start of {name}"):
                found = self._clients.stepfunctions.start_execution(
                    stateMachineArn=machine, name=name, input=text
                )
        except Conflict:
            return self._started_before(_execution_arn(machine, name), text)
        return Started(execution_arn=found["executionArn"], existed=False)

    def redrive(self, execution_arn: str, client_token: str, may_leave: Callable[[], None]) -> None:
        """Let an execution go on at its failed state.

        `may_leave` is asked once each request is signed. AWS takes a signature for five minutes and
        remembers a token for fifteen: what was allowed to leave cannot arrive too late to be known.
        Raises: Refused, NotFound, Unavailable, and what `may_leave` raises.
        """
        client = self._clients.stepfunctions
        client.meta.events.register(_LEAVING, _ask, unique_id=_LEAVING)
        asked = _MAY_LEAVE.set(may_leave)
        try:
            with translated(f"redrive of {execution_arn}"):
                client.redrive_execution(executionArn=execution_arn, clientToken=client_token)
        finally:
            _MAY_LEAVE.reset(asked)

    def stop(self, execution_arn: str, reason: str) -> None:
        """Stop an execution, saying why; one that has closed stays as it is.

        Raises: NotFound, NotAuthorised, Unavailable.
        """
        try:
            with translated(f"stop of {execution_arn}"):
                self._clients.stepfunctions.stop_execution(
                    executionArn=execution_arn, error=STOPPED, cause=reason[:_LONGEST_CAUSE]
                )
        except BadInput:
            # How AWS answers for one that has closed is not documented; what it is tells.
            with translated(f"execution {execution_arn}"):
                found = self._clients.stepfunctions.describe_execution(executionArn=execution_arn)
            if found["status"] in _OPEN:
                raise

    def _must_be_standard(self, machine: str) -> None:
        """Of an Express execution nobody would ever hear; what a machine is it stays."""
        if machine in self._standard:
            return
        try:
            with translated(f"state machine {machine}"):
                found = self._clients.stepfunctions.describe_state_machine(stateMachineArn=machine)
        except NotAuthorised:
            return
        if found["type"] == "EXPRESS":
            raise express(machine)
        self._standard.add(machine)

    def _started_before(self, execution_arn: str, text: str) -> Started:
        """A name is taken for 90 days after the close: the same input means "done before"."""
        with translated(f"execution {execution_arn}"):
            found = self._clients.stepfunctions.describe_execution(executionArn=execution_arn)
        if json_digest(found.get("input", "{}")) != json_digest(text):
            raise Conflict(
                f"{execution_arn} exists with another input.",
                "Look at that execution; a new attempt needs a new name.",
            )
        return Started(execution_arn=execution_arn, existed=True)


def _ask(**_: object) -> None:
    """Ask whether the request that this thread has signed may leave; botocore raises the answer."""
    _MAY_LEAVE.get()()


def _execution_arn(machine: str, name: str) -> str:
    return f"{machine.replace(':stateMachine:', ':execution:', 1)}:{name}"
