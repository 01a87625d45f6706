"""Makes the app of one environment; what is not seen at once is imported when it is needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bunsui_core.domain.environment import EnvironmentClass
from bunsui_core.domain.notice import Notice
from bunsui_core.settings import Settings
from bunsui_core.wiring.sessions import session_lists
from bunsui_tui.app import DeskApp
from bunsui_tui.board import Choice
from bunsui_tui.ground import Ground, Opened
from bunsui_tui.needs import Desk, Groups, Work
from bunsui_tui.plain import wants_ascii
from bunsui_tui.showing import Setting


@dataclass(frozen=True)
class Wanted:
    """What the person who starts bunsui asks for, and the environments there are to go to."""

    clock: Callable[[], datetime]
    has_worker: bool
    choices: Callable[[], tuple[Settings, ...]]
    fixed: str = ""


def app_of(settings: Settings, wanted: Wanted, note: str) -> DeskApp:
    """Return the app of an environment. Raises: StoreDamaged, StoreNewer, Unavailable."""
    setting = Setting(
        place=f"{settings.environment} ● {settings.region}",
        log=str(settings.log_path),
        note=note,
        ascii_only=wants_ascii(os.environ),
        here=choice_of(settings),
        choices=lambda: tuple(map(choice_of, wanted.choices())),
        fixed=wanted.fixed,
    )
    ground = Ground(
        session_lists(settings),
        partial(_desk, settings),
        partial(_groups, settings),
        check=_Reach(settings),
        make_worker=partial(_worker, settings) if wanted.has_worker else None,
        announce=partial(_announce, settings),
    )
    return DeskApp(ground, wanted.clock, setting)


def choice_of(settings: Settings) -> Choice:
    """Return an environment as somebody chooses it."""
    return Choice(
        name=settings.environment,
        region=settings.region,
        account=settings.account,
        profile=settings.read_profile,
        is_production=settings.kind is EnvironmentClass.PRODUCTION,
    )


def _desk(settings: Settings) -> Desk:
    from bunsui_core.wiring.operator import operator_desk

    return operator_desk(settings)


def _groups(settings: Settings) -> Groups:
    from bunsui_core.wiring.sessions import session_groups

    return session_groups(settings)


class _Reach:
    """Whether AWS answers."""

    def __init__(self, settings: Settings) -> None:
        self._look = Opened(partial(self._open, settings))

    def __call__(self) -> None:
        self._look()()

    def _open(self, settings: Settings) -> Callable[[], None]:
        from bunsui_core.wiring.reach import reaching

        return reaching(settings)


def _worker(settings: Settings) -> Work:
    from bunsui_core.wiring.worker import worker

    return worker(settings)


def _announce(settings: Settings, ring: Callable[[Notice], None]) -> AbstractContextManager[None]:
    from bunsui_core.wiring.notices import announcing

    return announcing(settings, os.environ.get("BUNSUI_WEBHOOK", ""), ring, "tui")
