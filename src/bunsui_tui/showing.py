"""An app that shows a board: reads anew every second, paints, keeps the theme, ends in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rich.text import Text
from textual import events
from textual.app import App
from textual.filter import LineFilter
from textual.widgets import Input

from bunsui_core.domain.notice import Notice as NewsItem
from bunsui_tui.background import Background
from bunsui_tui.board import NOWHERE, Board, Choice, Notice
from bunsui_tui.ground import Ground
from bunsui_tui.listing import PAGE, pages_around
from bunsui_tui.messages import Rang, Troubled
from bunsui_tui.plain import AsciiOnly
from bunsui_tui.query import parse
from bunsui_tui.reader import Wish
from bunsui_tui.ringing import Announce, Listening, Title, is_failure, where, window_title
from bunsui_tui.screens.frame import WIDE, Frame
from bunsui_tui.theme import DARK, LIGHT, styles_of
from bunsui_tui.workers import WORKER, Workers

EVERY_SECOND = 1.0
NOTICE = timedelta(seconds=8)
BRIEFLY = timedelta(seconds=4)
"""How long a notice may stand where a trouble stood."""

ENDS = ("escape", "enter")
"""The keys that end what is typed into a field; the others correct it."""

PATIENCE_S = 1.0
LATEST_START_S = 1.0
"""Seconds after which the worker starts, even when there is no list to be seen."""


FIRST_ROWS = 0, 0
"""What is read of the list before a screen is there to say what it shows."""


@dataclass(frozen=True)
class Setting:
    """What the app is told about its place: the words of the head, the log, a note, the signs.

    `choices` are the environments there are; `fixed` says why none of them can be chosen here.
    """

    place: str
    log: str
    note: str = ""
    ascii_only: bool = False
    here: Choice = NOWHERE
    choices: Callable[[], tuple[Choice, ...]] = tuple
    fixed: str = ""


class BoardApp(App[None]):
    """Shows one board on whatever screen is seen, and reads it anew every second."""

    TITLE = "bunsui"
    CSS_PATH = "bunsui.tcss"

    def __init__(
        self,
        ground: Ground,
        clock: Callable[[], datetime],
        setting: Setting,
    ) -> None:
        self._ascii = AsciiOnly(enabled=setting.ascii_only)
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (WIDE, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = DARK.name
        self.clock = clock
        self.calls = Workers(self, ground, clock)
        self._is_paint_due = False
        self._has_begun = False
        make = ground.make_worker
        self._inner_worker = Background(make, self._tell) if make else None
        self._bell = self._listener(ground.announce) if ground.announce else None
        self._title = Title(self._write)
        self.news = 0
        self.board = Board(clock(), setting.place, setting.note, setting.here)
        self.setting = setting

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters of every line, ASCII last."""
        filters = list(super().get_line_filters())
        return [*filters, self._ascii] if self._ascii.enabled else filters

    def first_screen(self) -> Frame:
        """Return the screen that is seen first."""
        raise NotImplementedError

    async def on_mount(self) -> None:
        """Show the first screen, read the store now and every second."""
        self.theme_changed_signal.subscribe(self, lambda theme: self._restyle())
        self._restyle()
        self.read_list()
        await self.push_screen(self.first_screen())
        self.set_interval(EVERY_SECOND, self.read_all)
        self.set_timer(LATEST_START_S, self.start_work)

    def start_work(self) -> None:
        """Begin with everything that may wait until the first list is on the screen."""
        if not self._has_begun:
            self._has_begun = True
            self.read_all()
            for one in self._background:
                one.start()

    @property
    def _background(self) -> tuple[Background, ...]:
        return tuple(one for one in (self._inner_worker, self._bell) if one)

    def _listener(self, announce: Announce) -> Background:
        def hear(notice: NewsItem) -> None:
            if self.is_running:
                self.post_message(Rang(notice))

        return Background(lambda: Listening(announce, hear), self._tell, "telling of news")

    def on_unmount(self) -> None:
        """Let what runs beside the screens know that it shall end, and give the title back."""
        for one in self._background:
            one.stop()
        self._title.end()

    def finish(self, say: Callable[[str], None]) -> None:
        """Wait until the worker has finished its step, and say so when that takes a while."""
        for one in self._background:
            if not one.join(PATIENCE_S):
                say("the worker finishes the step that is under way…")
                one.join()

    def on_rang(self, event: Rang) -> None:
        """Ring, and say what happened."""
        self.news += 1
        self.bell()
        said = f"{event.notice.title}: {where(event.notice)}"
        until = self.clock() + NOTICE
        bad = is_failure(event.notice)
        self.show(replace(self.board, notice=Notice(said, bad, until, is_news=True)))

    async def on_event(self, event: events.Event) -> None:
        """Take every key as a sign that the news and the notice were seen."""
        if isinstance(event, events.Key):
            self._seen(event.key)
        await super().on_event(event)

    def _seen(self, key: str) -> None:
        if self.news:
            self.news = 0
            self._entitle()
        notice = self.board.notice
        is_typed = isinstance(self.focused, Input) and key not in ENDS
        if notice and not notice.is_news and not is_typed:
            self.show(replace(self.board, notice=None))

    def _entitle(self) -> None:
        self._title.show(window_title(self.board, self.news, self.setting.ascii_only))

    def _write(self, sequence: str) -> None:
        # Textual has a public way to ring the bell and none to name the window.
        if not self.is_headless and self._driver is not None:
            self._driver.write(sequence)

    def on_resumed(self) -> None:
        """Show what is known to a screen that is seen again, and read what it shows."""
        self.show(self.board)
        self.read_list()

    def read_all(self) -> None:
        """Read again what the screen shows."""
        self.calls.check()
        self.calls.overview()
        self.read_list()
        if self.board.listing:
            self.calls.runs(self.board.pipelines_shown)
        if isinstance(self.screen, Frame) and self.screen.session_shown:
            self.calls.session(self.screen.session_shown)
        self.show(self.board)

    def read_list(self, ahead: bool = False, at_once: bool = False) -> None:
        """Read the rows in sight again, or those around them that are missing."""
        screen = self.screen
        shown = screen.rows_shown if isinstance(screen, Frame) else FIRST_ROWS
        if shown is None:
            return
        query, listing = parse(self.board.query.text, self.clock()), self.board.listing
        is_known = listing is not None and listing.query == query.text
        if is_known and not (ahead or at_once) and self.calls.list_rests(query.text):
            return
        numbers = listing.numbers(*shown) if listing and is_known else (0,)
        if ahead and listing and is_known:
            missing = [n for n in pages_around(numbers) if n not in listing.pages]
            numbers = tuple(n for n in missing if n * PAGE < listing.total)
        if numbers:
            waiting = tuple(one.request.plan.session_id for one in self.board.waiting)
            sought = screen.session_shown if isinstance(screen, Frame) else ""
            self.calls.sessions(Wish(query, numbers, sought, waiting))

    def show(self, board: Board) -> None:
        """Show a board, once for all changes that arrive together."""
        self.board = board
        if not self._is_paint_due:
            self._is_paint_due = True
            self.call_later(self._paint)

    def notice(self, text: str, is_bad: bool) -> None:
        """Say a sentence for a while, a short one where it hides a trouble."""
        until = self.clock() + (BRIEFLY if self.board.troubles else NOTICE)
        self.show(replace(self.board, notice=Notice(text, is_bad, until)))

    def choose_theme(self, name: str) -> None:
        """Use another theme."""
        self.theme = name

    def _paint(self) -> None:
        self._is_paint_due = False
        self.board = replace(self.board, now=self.clock())
        self._entitle()
        if isinstance(self.screen, Frame):
            self.screen.show(self.board)

    def _tell(self, sentence: str) -> None:
        if self.is_running:
            self.post_message(Troubled(WORKER, sentence))

    def _fatal_error(self) -> None:
        """Leave the traceback to the log file; the terminal gets a sentence."""
        self.calls.record(self._exception)
        super()._fatal_error()
        sentence = f"bunsui ended: this went wrong inside it. {self.setting.log} says where."
        self._exit_renderables[:] = [Text(sentence)]

    def _restyle(self) -> None:
        self.console.push_theme(styles_of(self.current_theme))
        self.show(self.board)
