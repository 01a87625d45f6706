"""Tells people about new failures and waiting approvals while a process runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bunsui_core.adapters.webhook import Webhook
from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.notice import Notice, Told, failures, news, waiting
from bunsui_core.domain.session import SessionStatus
from bunsui_core.log import events
from bunsui_core.ports.notify import Notifier
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.nature import clock

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
    """Looks at the store and tells every notifier what is new since the first look."""

    def __init__(self, desk: AgentDesk, notifiers: Sequence[Notifier]) -> None:
        self._desk = desk
        self._notifiers = notifiers
        self._told: Told | None = None

    def look(self) -> None:
        """Tell what is new; failures that were there before the first look are not."""
        page = self._desk.sessions(SessionFilter(statuses=(SessionStatus.FAILED,)), NEWEST)
        failed = failures(page.items)
        if self._told is None:
            self._told = Told(keys=tuple(one.key for one in failed))
        found = (*failed, *waiting(self._desk.approvals(NEWEST)))
        made = news(found, self._told, clock())
        self._told = made.told
        for notice in made.notices:
            for notifier in self._notifiers:
                notifier.tell(notice)


@contextmanager
def announcing(
    settings: Settings, webhook: str, ring: Callable[[Notice], None] | None = None
) -> Iterator[None]:
    """Announce from a thread of its own until the end of the block. Raises: BadInput."""
    hooks = [Webhook(webhook)] if webhook else []
    notifiers: list[Notifier] = [*hooks, *([Bell(ring)] if ring else [])]
    stop = threading.Event()
    announcer = Announcer(reading_desk(settings), notifiers)
    thread = threading.Thread(target=_rounds, args=(announcer, stop), name="notices", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        for notifier in notifiers:
            notifier.close()


def _rounds(announcer: Announcer, stop: threading.Event) -> None:
    log, trouble = events("notices"), ""
    while not stop.is_set():
        try:
            announcer.look()
            trouble = ""
        except BunsuiError as error:
            if error.message != trouble:
                trouble = error.message
                log.warning("notices_not_made", code=error.code, error=trouble)
        stop.wait(EVERY_S)
