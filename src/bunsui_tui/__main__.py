"""`python -m bunsui_tui`: the terminal UI of this home, with the worker inside it."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime

from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.exits import EXITS
from bunsui_core.domain.safe import safe
from bunsui_core.log import to_file
from bunsui_core.settings import Settings, environments, read_settings
from bunsui_tui.app import DeskApp
from bunsui_tui.exits import OK, TERMINAL, UNEXPECTED
from bunsui_tui.opening import Wanted, app_of

BROWSER = "textual.drivers.web_driver:WebDriver"
"""What Textual draws with when the terminal is a page in a browser."""


IN_A_PAGE = "this page shows one environment; open another with `bunsui -e NAME tui --web`"


def main() -> int:
    """Run the terminal UI and return the exit code."""
    options = _arguments()
    if not (_is_terminal() or os.environ.get("TEXTUAL_DRIVER") == BROWSER):
        _complain(
            "the terminal UI needs a terminal for input and output. "
            "Run it in one, or use `bunsui sessions list` and `bunsui approvals list`."
        )
        return TERMINAL
    try:
        return _show(read_settings(), options)
    except BunsuiError as error:
        _complain(f"{error.message} {error.next_step}")
        return EXITS.get(error.code, UNEXPECTED)


def _show(settings: Settings, options: argparse.Namespace) -> int:
    """Show one environment after the other, each by an app of its own."""
    to_file(settings.log_path)
    fixed = IN_A_PAGE if os.environ.get("TEXTUAL_DRIVER") == BROWSER else ""
    wanted = Wanted(_clock, not options.no_worker, environments, fixed)
    app = app_of(settings, wanted, options.demo_note)
    while True:
        try:
            app.run()
        finally:
            app.finish(_complain)
        if not app.chosen:
            return app.return_code or OK
        settings, app = _next(settings, app.chosen, wanted)


def _next(settings: Settings, name: str, wanted: Wanted) -> tuple[Settings, DeskApp]:
    """Return the chosen environment, or the one before with the reason why it cannot be shown."""
    try:
        chosen = next(one for one in environments() if one.environment == name)
        return chosen, app_of(chosen, wanted, "")
    except BunsuiError as error:
        note = f"{name} cannot be shown: {error.message} {error.next_step}"
        return settings, app_of(settings, wanted, note)


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()


def _clock() -> datetime:
    return datetime.now(UTC)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bunsui tui", description="The terminal UI.")
    parser.add_argument("--no-worker", action="store_true", help="only look and decide")
    parser.add_argument("--demo-note", default="", help="a sentence to show at the start")
    return parser.parse_args()


def _complain(sentence: str) -> None:
    sys.stderr.write(f"bunsui tui: {safe(sentence)}\n")


if __name__ == "__main__":
    sys.exit(main())
