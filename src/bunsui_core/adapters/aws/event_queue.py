"""The SQS queue of status events. Its client sends two calls and refuses every other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Any

from bunsui_core.adapters.aws.client import Access, make_client
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.domain.errors import Refused, Unavailable
from bunsui_core.domain.heard import Told, told

ALLOWED = frozenset({"ReceiveMessage", "DeleteMessageBatch"})
"""All that is ever sent to the queue."""

_WAIT_SECONDS = 3
"""How long SQS waits for a first message: less than a client waits for an answer."""

_MOST = 10
"""Messages that SQS gives or removes at once."""

_GUARDED_EVENTS = ("provide-client-params", "before-call", "before-send")


class SqsEvents:
    """Reads one queue and removes what was taken in."""

    def __init__(self, access: Callable[[], Access], url: str) -> None:
        self._access = access
        self._url = url
        self._lock = Lock()
        self._made: tuple[Access, Any] | None = None

    def receive(self) -> tuple[Told, ...]:
        """Return what the queue holds, after waiting a while for the first.

        Raises: NotFound, NotAuthorised, Unavailable.
        """
        with translated(f"the event queue {self._url}"):
            found = self._client().receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=_MOST, WaitTimeSeconds=_WAIT_SECONDS
            )
        return tuple(told(one["ReceiptHandle"], one["Body"]) for one in found.get("Messages", ()))

    def done(self, told: tuple[Told, ...]) -> None:
        """Remove from the queue what was taken in. Raises: NotAuthorised, Unavailable."""
        for first in range(0, len(told), _MOST):
            part = told[first : first + _MOST]
            entries = [{"Id": str(n), "ReceiptHandle": one.receipt} for n, one in enumerate(part)]
            with translated(f"the event queue {self._url}"):
                answer = self._client().delete_message_batch(QueueUrl=self._url, Entries=entries)
            if failed := answer.get("Failed"):
                raise Unavailable(
                    f"{len(failed)} messages stay in the event queue: {failed[0].get('Message')}.",
                    "They are told again; nothing is taken in twice.",
                )

    def close(self) -> None:
        """Close the client's connections."""
        with self._lock:
            if self._made:
                self._made[1].close()
            self._made = None

    def _client(self) -> Any:
        access = replace(self._access(), reading=False)
        with self._lock:
            if self._made is None or self._made[0] != access:
                client = make_client("sqs", access)
                for event in _GUARDED_EVENTS:
                    client.meta.events.register_first(event, only_allowed)
                self._made = (access, client)
            return self._made[1]


def only_allowed(event_name: str, **_sent: object) -> None:
    """Refuse, by the name of botocore's event, whatever is neither of the two calls."""
    service, operation = [*event_name.split("."), "", ""][1:3]
    if service != "sqs" or operation not in ALLOWED:
        raise Refused(
            f"this client only reads the event queue; {service}:{operation} is not its call.",
            "Use the client made for it.",
        )
