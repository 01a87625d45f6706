"""The id of a task says all that there is of it: which request, of whose wait, since when.

So a task is found again after a restart and by every process over the same store. Its seal is no
secret: who makes one up has what a call of the tool would have given.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

TTL = timedelta(hours=24)
"""How long a wait can be asked for; a request that nobody answered expires much sooner."""

_ID = re.compile(r"w1\.([A-Za-z0-9_-]{1,400})\.([0-9a-f]{1,12})\.([0-9a-f]{32})")
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Wait:
    """That an asker waits for the end of a request, since when."""

    principal: str
    request_id: str
    since: datetime

    @property
    def task_id(self) -> str:
        """The id under which the wait is found again."""
        named = urlsafe_b64encode(self.request_id.encode()).decode().rstrip("=")
        return f"w1.{named}.{self._moment}.{self._seal}"

    @property
    def until(self) -> datetime:
        """When the task is forgotten."""
        return self.since + TTL

    @property
    def _moment(self) -> str:
        return f"{(self.since - _NO_TIME) // _STEP:x}"

    @property
    def _seal(self) -> str:
        told = "\0".join(("bunsui/task/v1", self.principal, self.request_id, self._moment))
        return sha256(told.encode()).hexdigest()[:32]


def read_task_id(task_id: str, principal: str) -> Wait | None:
    """Return the wait of an id; nothing for one that is none, or another asker's."""
    found = _ID.fullmatch(task_id)
    if found is None:
        return None
    try:
        padded = found[1] + "=" * (-len(found[1]) % 4)
        request_id = urlsafe_b64decode(padded).decode()
        wait = Wait(principal, request_id, _NO_TIME + int(found[2], 16) * _STEP)
    except (ValueError, OverflowError):
        return None
    return wait if wait.task_id == task_id else None
