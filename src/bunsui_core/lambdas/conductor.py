"""The conductor as a Lambda function: `bunsui_core.lambdas.conductor.handler`.

It is given batches of an SQS queue, or one order by a schedule. What it could not do of a batch it
names, so that SQS gives it again and puts it aside in the end; an order by itself is refused.

Who may write to a queue may say where to look. To start something takes who may call the function.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from typing import Protocol

from bunsui_core.app.wake import Woken, obey
from bunsui_core.domain.errors import BunsuiError, NotAuthorised
from bunsui_core.domain.orders import Order, ScheduledStart, order_of
from bunsui_core.domain.value import Json
from bunsui_core.log import Events, to_stderr
from bunsui_core.wiring.deployed import conductor

SPARE_MS = 5_000
"""What a call leaves of its time: to bring one session forward may take so long."""

_log = Events("conductor")


class Context(Protocol):
    """What Lambda tells a function of its call."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the call may still take."""
        ...


def handler(event: dict[str, Json], context: Context) -> dict[str, Json]:
    """Do every order of a batch, or the one that the event is; return those that failed.

    Raises: BunsuiError for an order that is not of a batch, so that its sender gives it again.
    """
    woken = _conductor()(lambda: context.get_remaining_time_in_millis() > SPARE_MS)
    records = event.get("Records")
    if not isinstance(records, list):
        _obey(order_of(json.dumps(event)), woken)
        return {}
    failed = [one for one in records if isinstance(one, dict) and not _is_done(one, woken)]
    return {"batchItemFailures": [{"itemIdentifier": one.get("messageId")} for one in failed]}


@cache
def _conductor() -> Callable[[Callable[[], bool]], Woken]:
    to_stderr()
    return conductor(os.environ)


def _obey(order: Order, woken: Woken) -> None:
    """Do an order; what a sweep found says how late events are, or whether they come at all."""
    if swept := obey(order, woken):
        longest = round(swept.longest.total_seconds(), 1)
        _log.info("swept", sessions=swept.sessions, late=swept.late, longest_s=longest)


def _told(body: Json) -> Order:
    order = order_of(body if isinstance(body, str) else "")
    if isinstance(order, ScheduledStart):
        raise NotAuthorised(
            f"the queue may not start {order.pipeline}.", "Let its schedule call the function."
        )
    return order


def _is_done(record: dict[str, Json], woken: Woken) -> bool:
    """Whether a message was taken in; one that has no time is given again."""
    message, body = record.get("messageId"), record.get("body")
    if not woken.has_time():
        _log.warning("message_left", message=message)
        return False
    try:
        _obey(_told(body), woken)
    except BunsuiError as error:
        _log.warning("message_failed", message=message, code=error.code, why=error.message)
        return False
    except Exception:
        # One message that breaks the conductor must not come back with all others of its batch.
        _log.exception("message_broken", message=message)
        return False
    return True
