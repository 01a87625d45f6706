"""Task tokens: who holds one tells how a Task ended, or that it is still being worked on.

A token says by its form that it was given out here. So one that nobody waits for any more is told
from one that never was, as Step Functions tells them apart, also after a restart.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import threading
import time
from dataclasses import dataclass, field

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import waiting
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_Response = tuple[int, dict[str, str], bytes]

_HEAD = "AQCoAAAAKgAAAAMAAAAA"
_RANDOM_BYTES = 192
_GIVEN_OUT = re.compile(re.escape(_HEAD) + r"[A-Za-z0-9+/]{256}")


def new() -> str:
    """Return a token that was never given out before."""
    return _HEAD + base64.b64encode(secrets.token_bytes(_RANDOM_BYTES)).decode()


@dataclass(eq=False)
class Ticket:
    """A token that a Task waits for, what was said about it and when it was last heard of.

    `heard` is a moment of the monotonic clock; `failure` counts when it is there, else `output`.
    """

    token: str
    heard: float = field(default_factory=time.monotonic)
    is_answered: bool = False
    output: Json = None
    failure: sf._ExecutionError | None = None

    def __enter__(self) -> Ticket:
        """Let the token be answered."""
        _open[self.token] = self
        return self

    def __exit__(self, *failure: object) -> None:
        """Refuse the token from now on."""
        with _lock:
            _open.pop(self.token, None)

    def result(self) -> Json:
        """Return the output that was sent, or raise the failure."""
        if self.failure:
            raise self.failure
        return self.output


_open: dict[str, Ticket] = {}
_lock = threading.Lock()


def _send_success(data: Document) -> _Response:
    output = data.get("output")
    try:
        # A Task of `aws-sdk:sfn` may give a value in place of its text.
        value: Json = json.loads(output) if isinstance(output, str) else output
    except json.JSONDecodeError as error:
        return _refusal(data) or _refused("InvalidOutput", f"Invalid Output: '{error}'")
    return _answered(data, value, None)


def _send_failure(data: Document) -> _Response:
    return _answered(data, None, sf._ExecutionError(data.get("error"), data.get("cause")))


def _send_heartbeat(data: Document) -> _Response:
    if refusal := _refusal(data):
        return refusal
    if ticket := _open.get(str(data["taskToken"])):
        ticket.heard = time.monotonic()
    return _accepted()


def _answered(data: Document, output: Json, failure: sf._ExecutionError | None) -> _Response:
    # Machines answer in threads of their own: only the first answer counts.
    with _lock:
        if refusal := _refusal(data):
            return refusal
        ticket = _open[str(data["taskToken"])]
        ticket.output, ticket.failure = output, failure
        ticket.is_answered = True
    waiting.announce(ticket.token)
    return _accepted()


def _refusal(data: Document) -> _Response | None:
    """Return why a token is refused, unless somebody waits for its answer."""
    token = str(data.get("taskToken", ""))
    ticket = _open.get(token)
    if ticket and not ticket.is_answered:
        return None
    if _GIVEN_OUT.fullmatch(token):
        return _refused("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
    return _refused("InvalidToken", "Invalid Token: 'Invalid token'")


def _accepted() -> _Response:
    response: _Response = sf.json_response({})
    return response


def _refused(code: str, message: str) -> _Response:
    response: _Response = sf.error_response_json(code, message, 400)
    return response


def install() -> None:
    """Answer SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat as Step Functions does."""
    anchor.require(sf._send_task_success, "12eff48bce57f5ab")
    anchor.require(sf._send_task_failure, "c2a489b4ed330840")
    anchor.require(sf._send_task_heartbeat, "56879a4655d159a2")
    sf._send_task_success = _send_success
    sf._send_task_failure = _send_failure
    sf._send_task_heartbeat = _send_heartbeat
