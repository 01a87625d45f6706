"""`python -m bunsui_tui`: the terminal UI of this home, with the worker inside it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial

from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.notice import Notice
from bunsui_core.domain.safe import safe
from bunsui_core.log import to_file
from bunsui_core.settings import Settings, read_settings
from bunsui_core.wiring.lists import session_lists
from bunsui_tui.app import DeskApp
from bunsui_tui.ground import Ground, Opened
from bunsui_tui.needs import Desk, Work
from bunsui_tui.plain import wants_ascii
from bunsui_tui.showing import Setting

OK, UNEXPECTED, TERMINAL = 0, 1, 8
EXITS = {
    "bad_input": 2,
    "not_found": 3,
    "refused": 4,
    "conflict": 4,
    "stale": 4,
    "not_authorised": 5,
    "unavailable": 6,
    "store_damaged": 7,
    "store_newer": 7,
}
"""The exit codes of the command line, which hands over to this program."""

BROWSER = "textual.drivers.web_driver:WebDriver"
"""What Textual draws with when the terminal is a page in a browser."""


def main() -> int:
    """Run the terminal UI and return the exit code."""
    options = _arguments()
    if not (_is_terminal() or os.environ.get("TEXTUAL_DRIVER") == BROWSER):
        _complain(
            "the terminal UI needs a terminal for input and output. "
            "Run it in one, or use `bunsui sessions list` and `bunsui approvals list`."
        )
        return TERMINAL
    settings = read_settings()
    try:
        to_file(settings.log_path)
        app = _app(settings, options)
        try:
            app.run()
        finally:
            app.finish(_complain)
    except BunsuiError as error:
        _complain(f"{error.message} {error.next_step}")
        return EXITS.get(error.code, UNEXPECTED)
    return app.return_code or OK


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()


def _app(settings: Settings, options: argparse.Namespace) -> DeskApp:
    setting = Setting(
        place=f"{settings.environment} ● {settings.region}",
        log=str(settings.log_path),
        note=options.demo_note,
        ascii_only=wants_ascii(os.environ),
    )
    ground = Ground(
        session_lists(settings),
        partial(_desk, settings),
        check=_Reach(settings),
        make_worker=None if options.no_worker else partial(_worker, settings),
        announce=partial(_announce, settings),
    )
    return DeskApp(ground, _clock, setting)


def _clock() -> datetime:
    return datetime.now(UTC)


# The list is on the screen before any of these imports what it needs.
def _desk(settings: Settings) -> Desk:
    from bunsui_core.wiring.operator import operator_desk

    return operator_desk(settings)


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


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bunsui tui", description="The terminal UI.")
    parser.add_argument("--no-worker", action="store_true", help="only look and decide")
    parser.add_argument("--demo-note", default="", help="a sentence to show at the start")
    return parser.parse_args()


def _complain(sentence: str) -> None:
    sys.stderr.write(f"bunsui tui: {safe(sentence)}\n")


if __name__ == "__main__":
    sys.exit(main())
