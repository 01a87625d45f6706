"""Tells people about new failures and waiting approvals while a process runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bunsui_core.adapters.local.told import ToldFile
from bunsui_core.adapters.webhook import Webhook
from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.notice import Notice, at_first, failures, news, waiting
from bunsui_core.domain.session import SessionStatus
from bunsui_core.log import events
from bunsui_core.ports.notify import Notifier
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.clock import clock

EVERY_S = 2.0
"""Seconds between two looks at the store."""

NEWEST = 50
"""How many failures and requests one look takes in."""


class Bell:
    """`Notifier` that hands each notice to whoever owns the terminal."""

    def __init__(self, ring: Callable[[Notice], None]) -> None:
        self._ring = ring

    def tell(self, notice: Notice) -> None:
        """Ring at once."""
        self._ring(notice)

    def close(self) -> None:
        """Hold nothing that would have to be delivered."""


class Announcer:
    """Looks at the store and tells a notifier what is new since the last look of any process."""

    def __init__(self, desk: AgentDesk, notifier: Notifier, told: ToldFile) -> None:
        self._desk = desk
        self._notifier = notifier
        self._told = told

    def look(self) -> None:
        """Tell what is new; failures that were there before the first look of all are not."""
        page = self._desk.sessions(SessionFilter(statuses=(SessionStatus.FAILED,)), NEWEST)
        found = (*failures(page.items), *waiting(self._desk.approvals(NEWEST)))
        now = clock()
        made = self._told.change(lambda told: news(found, told or at_first(found, now), now))
        for notice in made.notices:
            self._notifier.tell(notice)

    def close(self) -> None:
        """Deliver what waits."""
        self._notifier.close()


@contextmanager
def announcing(
    settings: Settings,
    webhook: str,
    ring: Callable[[Notice], None] | None = None,
    who: str = "worker",
) -> Iterator[None]:
    """Announce from a thread of its own until the end of the block. Raises: BadInput.

    What rang for `who`, and what was posted to the webhook, is not repeated by a later process.
    """
    channels: dict[str, Notifier] = {}
    if webhook:
        channels["webhook"] = Webhook(webhook)
    if ring:
        channels[f"bell-{who}"] = Bell(ring)
    desk = reading_desk(settings)
    announcers = [
        Announcer(desk, notifier, ToldFile(settings.folder / f"told-{name}.json"))
        for name, notifier in channels.items()
    ]
    stop = threading.Event()
    thread = threading.Thread(target=_rounds, args=(announcers, stop), name="notices", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        for one in announcers:
            one.close()


def _rounds(announcers: Sequence[Announcer], stop: threading.Event) -> None:
    log, trouble = events("notices"), ""
    while not stop.is_set():
        try:
            for one in announcers:
                one.look()
            trouble = ""
        except BunsuiError as error:
            if error.message != trouble:
                trouble = error.message
                log.warning("notices_not_made", code=error.code, error=trouble)
        stop.wait(EVERY_S)
