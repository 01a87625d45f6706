"""Routes: what screens want goes to the workers, what workers read goes to the screens."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from rich.text import Text
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from bunsui_core.domain.approval import Answer
from bunsui_core.domain.errors import BadInput
from bunsui_tui.board import Board, Detail, Notice, Prepared
from bunsui_tui.messages import (
    AnswerGiven,
    Decided,
    LogsRead,
    LogsWanted,
    Noted,
    OverviewRead,
    QueryGiven,
    ReviewOpened,
    ReviewRead,
    SessionExplained,
    SessionOpened,
    SessionRead,
    SessionWanted,
    Troubled,
)
from bunsui_tui.needs import Desk, Work
from bunsui_tui.plain import AsciiOnly
from bunsui_tui.query import parse
from bunsui_tui.screens.frame import WIDE, Frame
from bunsui_tui.screens.inbox import InboxScreen
from bunsui_tui.screens.review import ReviewScreen
from bunsui_tui.screens.session import SessionScreen
from bunsui_tui.screens.sessions import SessionsScreen
from bunsui_tui.theme import DARK, LIGHT, styles_of
from bunsui_tui.workers import DECISION, PAGE, WORKER, Background, Workers, sentence_of

EVERY_SECOND = 1.0
NOTICE = timedelta(seconds=8)
PATIENCE_S = 1.0


@dataclass(frozen=True)
class Setting:
    """What the app is told about its place: the words of the head, the log, a note, the signs."""

    place: str
    log: str
    note: str = ""
    ascii_only: bool = False


class DeskApp(App[None]):
    """The terminal UI of one operator's desk."""

    TITLE = "bunsui"
    CSS_PATH = "bunsui.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "colon"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "sessions", show=False),
        Binding("2", "inbox", show=False),
        Binding("q", "quit", show=False),
    ]

    def __init__(
        self,
        desk: Desk,
        clock: Callable[[], datetime],
        setting: Setting,
        check: Callable[[], None],
        make_worker: Callable[[], Work] | None = None,
    ) -> None:
        self._ascii = AsciiOnly(enabled=setting.ascii_only)
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (WIDE, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = DARK.name
        self._clock = clock
        self._calls = Workers(self, desk, check)
        self._count = PAGE
        self._is_paint_due = False
        self._inner_worker = Background(make_worker, self._tell) if make_worker else None
        self.board = Board(now=clock(), place=setting.place, note=setting.note)
        self._setting = setting

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters of every line, ASCII last."""
        filters = list(super().get_line_filters())
        return [*filters, self._ascii] if self._ascii.enabled else filters

    async def on_mount(self) -> None:
        """Show the sessions, read the store now and every second."""
        self.theme_changed_signal.subscribe(self, lambda theme: self._restyle())
        self._restyle()
        await self.push_screen(SessionsScreen(self.board))
        if self._inner_worker:
            self._inner_worker.start()
        self._refresh()
        self.set_interval(EVERY_SECOND, self._refresh)

    def on_unmount(self) -> None:
        """Let the worker know that it shall end."""
        if self._inner_worker:
            self._inner_worker.stop()

    def finish(self, say: Callable[[str], None]) -> None:
        """Wait until the worker has finished its step, and say so when that takes a while."""
        if self._inner_worker and not self._inner_worker.join(PATIENCE_S):
            say("the worker finishes the step that is under way…")
            self._inner_worker.join()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return the commands behind `:`, which are the keys by their names."""
        yield SystemCommand("sessions", "Go to the sessions", self.action_sessions)
        yield SystemCommand("inbox", "Go to the inbox", self.action_inbox)
        yield SystemCommand("light", "Use the light theme", lambda: self._choose(LIGHT.name))
        yield SystemCommand("dark", "Use the dark theme", lambda: self._choose(DARK.name))
        yield SystemCommand("quit", "Quit", self.exit)

    def action_sessions(self) -> None:
        """Go to the list of sessions."""
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def action_inbox(self) -> None:
        """Go to the inbox."""
        if not isinstance(self.screen, InboxScreen):
            self.action_sessions()
            self.push_screen(InboxScreen(self.board))

    def action_leave(self) -> None:
        """Go to the screen below."""
        if len(self.screen_stack) > 2:
            self.pop_screen()

    def on_resumed(self) -> None:
        """Show what is known to a screen that is seen again."""
        self._show(self.board)

    def on_session_opened(self, event: SessionOpened) -> None:
        """Show one session."""
        self._calls.session(event.session_id)
        self.push_screen(SessionScreen(self.board, event.session_id))

    def on_review_opened(self, event: ReviewOpened) -> None:
        """Prepare the review of a request and show it; what was prepared before is old."""
        others = {k: v for k, v in self.board.reviews.items() if k != event.request_id}
        self._show(replace(self.board, reviews=others))
        self._calls.review(event.request_id)
        self.push_screen(ReviewScreen(self.board, event.request_id))

    def on_session_wanted(self, event: SessionWanted) -> None:
        """Read a session."""
        self._calls.session(event.session_id)

    def on_logs_wanted(self, event: LogsWanted) -> None:
        """Read a log."""
        self._calls.logs(event.session_id, event.job)

    def on_more_wanted(self) -> None:
        """Read a longer list."""
        self._count += PAGE
        self._refresh()

    def on_query_given(self, event: QueryGiven) -> None:
        """Choose other sessions, or say which word cannot be used."""
        try:
            query = parse(event.text)
        except BadInput as error:
            self._notice(sentence_of(error), True)
            return
        self._count = PAGE
        self._show(replace(self.board, query=query))
        self._refresh()

    def on_answer_given(self, event: AnswerGiven) -> None:
        """Sign and record an answer."""
        self._show(replace(self.board, notice=None))
        self._calls.decide(event)

    def on_noted(self, event: Noted) -> None:
        """Say a sentence."""
        self._notice(event.text, event.is_bad)

    def on_overview_read(self, event: OverviewRead) -> None:
        """Show the lists."""
        known, self.board = self.board.overview, replace(self.board, overview=event.overview)
        if known is None or replace(event.overview, freshness=known.freshness) != known:
            self._show(self.board)

    def on_session_read(self, event: SessionRead) -> None:
        """Show a session; what explains it stays until it is explained anew."""
        session_id = event.view.session.id
        known = self.board.details.get(session_id)
        detail = replace(known, view=event.view) if known else Detail(event.view)
        self.board = replace(self.board, details={**self.board.details, session_id: detail})
        if known is None or known.view.session != event.view.session:
            self._show(self.board)

    def on_session_explained(self, event: SessionExplained) -> None:
        """Show why a session failed and what could be done."""
        known = self.board.details.get(event.session_id)
        if known is None:
            return
        detail = replace(
            known,
            trouble=event.trouble,
            analysis=event.analysis or (known.analysis if event.trouble else None),
            proposals=event.proposals or (known.proposals if event.trouble else {}),
        )
        details = {**self.board.details, event.session_id: detail}
        self._show(replace(self.board, details=details))

    def on_logs_read(self, event: LogsRead) -> None:
        """Show a log."""
        key = (event.logs.session_id, event.job)
        self._show(replace(self.board, logs={**self.board.logs, key: event.logs}))

    def on_review_read(self, event: ReviewRead) -> None:
        """Show a review."""
        prepared = Prepared(event.review, self._clock())
        reviews = {**self.board.reviews, event.review.plan.request_id: prepared}
        self._show(replace(self.board, reviews=reviews))

    def on_decided(self, event: Decided) -> None:
        """Leave the review; after an approval, show the session that it moves."""
        self.action_leave()
        plan = event.approval.request.plan
        if event.answer is Answer.APPROVE:
            self._notice(f"request {plan.request_id} approved; the worker executes it", False)
            self.on_session_opened(SessionOpened(plan.session_id))
        else:
            self._notice(f"request {plan.request_id} rejected; nothing of it will run", False)
        self._refresh()

    def on_troubled(self, event: Troubled) -> None:
        """Keep the sentence on the screen until the same works again."""
        if event.about == DECISION and event.sentence:
            self._notice(event.sentence, True)
        elif self.board.troubles.get(event.about, "") != event.sentence:
            self._show(self.board.with_trouble(event.about, event.sentence))
        if event.sentence and isinstance(self.screen, Frame):
            self.screen.failed(event.about)

    def _refresh(self) -> None:
        self._calls.check()
        self._calls.overview(self.board.query.wanted, self._count)
        if isinstance(self.screen, Frame) and self.screen.session_shown:
            self._calls.session(self.screen.session_shown)
        self._show(self.board)

    def _show(self, board: Board) -> None:
        self.board = board
        if not self._is_paint_due:
            self._is_paint_due = True
            self.call_later(self._paint)

    def _paint(self) -> None:
        self._is_paint_due = False
        self.board = replace(self.board, now=self._clock())
        if isinstance(self.screen, Frame):
            self.screen.show(self.board)

    def _notice(self, text: str, is_bad: bool) -> None:
        notice = Notice(text, is_bad, self._clock() + NOTICE)
        self._show(replace(self.board, notice=notice))

    def _tell(self, sentence: str) -> None:
        if self.is_running:
            self.post_message(Troubled(WORKER, sentence))

    def _fatal_error(self) -> None:
        """Leave the traceback to the log file; the terminal gets a sentence."""
        self._calls.record(self._exception)
        super()._fatal_error()
        sentence = f"bunsui ended: this went wrong inside it. {self._setting.log} says where."
        self._exit_renderables[:] = [Text(sentence)]

    def _choose(self, theme: str) -> None:
        self.theme = theme

    def _restyle(self) -> None:
        self.console.push_theme(styles_of(self.current_theme))
        self._show(self.board)
