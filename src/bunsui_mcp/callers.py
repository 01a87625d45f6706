"""How many callers the server has at once: one who says nothing makes room for one who asks."""

from __future__ import annotations

import resource
from asyncio import Transport

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

MOST = 256
"""Connections at a time, where the process may have so many files."""

SHARE = 4
"""One file in so many is a caller; the others are the store's, and those being closed."""

QUEUE = 64
"""Connections that wait to be taken, and that are taken at once, where there are files enough.

What is taken is closed a few turns of the loop later, so some times as many may be open.
"""


class Caller(H11Protocol):
    """A connection that ends when others wait and nothing is asked over it."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as uvicorn
        """Take the connection; of too many, the one that has been idle for the longest ends."""
        super().connection_made(transport)
        self._since = self.loop.time()
        if len(self.connections) > most():
            idle = [one for one in self.connections if isinstance(one, Caller) and one.is_idle]
            min(idle, key=lambda one: one._since).leave()

    @property
    def is_idle(self) -> bool:
        """Whether no whole request of it is being answered."""
        answering: RequestResponseCycle | None = self.cycle
        return answering is None or answering.response_complete

    def leave(self) -> None:
        """End the connection at once."""
        self.connections.discard(self)
        self.transport.abort()


def most() -> int:
    """Return how many callers there may be."""
    return _share(MOST, SHARE)


def queue() -> int:
    """Return how many connections are taken at once."""
    return _share(QUEUE, SHARE * 2)


def _share(most: int, part: int) -> int:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return most if files == resource.RLIM_INFINITY else max(1, min(most, files // part))
