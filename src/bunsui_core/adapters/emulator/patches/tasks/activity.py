"""Activities: a Task that waits until a worker takes it with GetActivityTask and answers it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import history, outcome, waiting
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.states.start import NAME
from bunsui_core.adapters.emulator.patches.tasks.callback import answer_to, token_of
from bunsui_core.adapters.emulator.patches.tasks.integration import Call
from bunsui_core.adapters.emulator.patches.tasks.task_token import Ticket
from bunsui_core.domain.value import Json

_Response = tuple[int, dict[str, str], bytes]

# API_GetActivityTask: a poll is held for at most 60 seconds.
_LONGEST_POLL_SECONDS = 60.0
_POLL_AGAIN_SECONDS = 0.02


@dataclass(eq=False)
class _Offer:
    """A task that waits for a worker; `worker` is the name it gave when it took the task."""

    token: str
    input: str
    execution: Document
    is_taken: bool = False
    worker: str = ""


_offers: dict[str, deque[_Offer]] = {}
_lock = threading.Lock()


def call(request: Call) -> Json:
    """Offer the task to the workers of its activity and wait for the answer of one.

    Its time begins when a worker takes it (Amazon States Language, "TimeoutSeconds").
    """
    offer = _Offer(token_of(request), history.text(request.parameters), request.execution)
    queue = _offers.setdefault(request.resource, deque())
    with Ticket(offer.token) as ticket:
        queue.append(offer)
        try:
            request.wait(lambda: offer.is_taken, offer.token)
        finally:
            with _lock:
                if not offer.is_taken:
                    queue.remove(offer)
        request.events.taken(offer.worker)
        ticket.heard = time.monotonic()
        return answer_to(ticket, request.begun_now())


def require(resource: str) -> None:
    """Pass when there is such an activity.

    Raises:
        outcome.Fatal: there is none; the history tells no attempt then.
    """
    if resource not in sf._activities:
        raise outcome.runtime(f"The activity {resource} does not exist.")


async def _get_activity_task(data: Document) -> _Response:
    arn = str(data.get("activityArn", ""))
    ends = time.monotonic() + _LONGEST_POLL_SECONDS
    while time.monotonic() < ends:
        if arn not in sf._activities:
            return _no_activity(arn)
        if offer := _taken(arn, str(data.get("workerName") or "")):
            return _answer({"taskToken": offer.token, "input": offer.input})
        await asyncio.sleep(_POLL_AGAIN_SECONDS)
    return _answer({})


def _taken(arn: str, worker: str) -> _Offer | None:
    with _lock:
        queue = _offers.get(arn, deque())
        # One whose execution was just closed is about to take itself back.
        offer = next((one for one in queue if one.execution["status"] == "RUNNING"), None)
        if offer is None:
            return None
        queue.remove(offer)
        offer.worker = worker
        offer.is_taken = True
    waiting.announce(offer.token)
    return offer


def _no_activity(arn: str) -> _Response:
    response: _Response = sf.error_response_json(
        "ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'", 400
    )
    return response


def _answer(document: Document) -> _Response:
    response: _Response = sf.json_response(document)
    return response


_Handler = Callable[[Document], _Response]


def _created(create: _Handler) -> _Handler:
    """Refuse bad names, and answer a repeated CreateActivity as the first one."""

    def answer(data: Document) -> _Response:
        name = str(data.get("name", ""))
        if not NAME.fullmatch(name):
            refused: _Response = sf.error_response_json(
                "InvalidName", f"Invalid Name: '{name}'", 400
            )
            return refused
        arn = f"arn:aws:states:{sf.get_region()}:{sf.get_account_id()}:activity:{name}"
        if found := sf._activities.get(arn):
            return _answer({"activityArn": arn, "creationDate": found["creationDate"]})
        return create(data)

    return answer


def _found(handle: _Handler, otherwise: Callable[[str], _Response]) -> _Handler:
    """Answer for an activity that is not there in another way."""

    def answer(data: Document) -> _Response:
        arn = str(data.get("activityArn", ""))
        return handle(data) if arn in sf._activities else otherwise(arn)

    return answer


def install() -> None:
    """Give tasks to the workers of activities, and answer about activities as AWS does."""
    anchor.require(sf._get_activity_task, "706809887c94eb40")
    anchor.require(sf._create_activity, "77cafa971fbcf69f")
    anchor.require(sf._describe_activity, "e19ec2b88d77addc")
    anchor.require(sf._delete_activity, "d75b87627eac6658")
    sf._get_activity_task = _get_activity_task
    sf._create_activity = _created(sf._create_activity)
    sf._describe_activity = _found(sf._describe_activity, _no_activity)
    sf._delete_activity = _found(sf._delete_activity, lambda arn: _answer({}))
