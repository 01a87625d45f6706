"""Routes: what screens want goes to the workers, what workers read goes to the screens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from bunsui_core.domain.errors import BadInput, BunsuiError
from bunsui_core.domain.group import GroupBy
from bunsui_tui.arrivals import with_arrival
from bunsui_tui.deciding_app import DecidingApp
from bunsui_tui.messages import (
    Arrival,
    EnvironmentChosen,
    GroupsOpened,
    GroupsWanted,
    LogOpened,
    LogsWanted,
    Noted,
    QueryGiven,
    SessionOpened,
    SessionWanted,
    TailWanted,
    TimelineOpened,
    TimelineWanted,
    Troubled,
)
from bunsui_tui.query import parse
from bunsui_tui.screens.environments import EnvironmentsScreen
from bunsui_tui.screens.frame import Frame
from bunsui_tui.screens.groups import GroupsScreen
from bunsui_tui.screens.inbox import InboxScreen
from bunsui_tui.screens.log import LogScreen
from bunsui_tui.screens.pipelines import PipelinesScreen
from bunsui_tui.screens.session import SessionScreen
from bunsui_tui.screens.sessions import SessionsScreen
from bunsui_tui.screens.storms import StormsScreen
from bunsui_tui.screens.timeline import TimelineScreen
from bunsui_tui.sentences import sentence_of
from bunsui_tui.theme import DARK, LIGHT
from bunsui_tui.workers import DECISION, UNLOCK


class DeskApp(DecidingApp):
    """The terminal UI of one operator's desk."""

    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "colon"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "sessions", show=False),
        Binding("2", "inbox", show=False),
        Binding("3", "pipelines", show=False),
        Binding("e", "environment", show=False),
        Binding("L", "lock", show=False),
        Binding("q", "quit", show=False),
    ]

    chosen = ""
    """The environment that shall be shown after this one; empty for none."""

    def first_screen(self) -> Frame:
        """Return the list of sessions."""
        return SessionsScreen(self.board)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return the commands behind `:`: the keys by their names, those of this screen first."""
        if isinstance(screen, Frame):
            yield from self._commands_of(screen)
        yield SystemCommand("sessions", "Go to the sessions", self.action_sessions)
        yield SystemCommand("inbox", "Go to the inbox", self.action_inbox)
        yield SystemCommand("pipelines", "Go to the pipelines and machines", self.action_pipelines)
        yield SystemCommand("environment", "Go to another environment", self.action_environment)
        yield SystemCommand("groups", "Group the sessions by error or pipeline", self.group)
        yield SystemCommand("causes", "Group failed sessions by root cause", self.on_storms_opened)
        for theme, name in ((LIGHT, "light"), (DARK, "dark")):
            choose = partial(self.choose_theme, theme.name)
            yield SystemCommand(name, f"Use the {name} theme", choose)
        yield SystemCommand("lock", "Close the key that is open, at once", self.action_lock)
        yield SystemCommand("quit", "Quit", self.exit)

    def _commands_of(self, screen: Frame) -> Iterable[SystemCommand]:
        shown = screen.keys()
        for key in shown:
            if key.name and key.label and key.has_name and not key.why_not:
                does = f"{key.help[0].upper()}{key.help[1:]}"
                yield SystemCommand(key.label, does, partial(screen.action_do, key.name))

    def action_sessions(self) -> None:
        """Go to the list of sessions."""
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def action_inbox(self) -> None:
        """Go to the inbox."""
        if not isinstance(self.screen, InboxScreen):
            self.action_sessions()
            self.push_screen(InboxScreen(self.board))

    def action_pipelines(self) -> None:
        """Go to the pipelines and machines."""
        if not isinstance(self.screen, PipelinesScreen):
            self.action_sessions()
            self.push_screen(PipelinesScreen(self.board))

    def action_environment(self) -> None:
        """Show the environments, or say why there is no choice."""
        try:
            choices = self.setting.choices()
        except BunsuiError as error:
            self.notice(sentence_of(error), True)
            return
        if self.setting.fixed:
            self.notice(self.setting.fixed, False)
        elif not isinstance(self.screen, EnvironmentsScreen):
            self.push_screen(EnvironmentsScreen(self.board, choices))

    def on_environment_chosen(self, event: EnvironmentChosen) -> None:
        """End, so that another app shows another environment and nothing is left of this one."""
        if event.name == self.board.here.name:
            self.action_leave()
            return
        self.chosen = event.name
        self.exit()

    def action_filter(self) -> None:
        """Go to the list with its filter open."""
        self.action_sessions()
        if isinstance(self.screen, Frame):
            self.screen.action_do("filter")

    def on_session_opened(self, event: SessionOpened) -> None:
        """Show one session."""
        self.calls.session(event.session_id)
        self.push_screen(SessionScreen(self.board, event.session_id))

    def group(self, by: GroupBy = GroupBy.ERROR) -> None:
        """Show the sessions in groups."""
        if not isinstance(self.screen, GroupsScreen):
            self.action_sessions()
            self.push_screen(GroupsScreen(self.board, by))

    def on_groups_opened(self, event: GroupsOpened) -> None:
        """Show the sessions in groups."""
        self.group(event.by)

    def on_storms_opened(self) -> None:
        """Show the failed sessions by root cause."""
        if not isinstance(self.screen, StormsScreen):
            self.action_sessions()
            self.push_screen(StormsScreen(self.board))

    def on_groups_wanted(self, event: GroupsWanted) -> None:
        """Group the sessions that the filter lets through."""
        query = parse(self.board.query.text, self.clock())
        self.calls.groups(query, event.by)

    def on_session_wanted(self, event: SessionWanted) -> None:
        """Read a session."""
        self.calls.session(event.session_id)

    def on_logs_wanted(self, event: LogsWanted) -> None:
        """Read a log."""
        self.calls.logs(event.session_id, event.job)

    def on_log_opened(self, event: LogOpened) -> None:
        """Show a log, read anew."""
        about = (event.session_id, event.job)
        others = {key: tail for key, tail in self.board.tails.items() if key != about}
        self.show(replace(self.board, tails=others))
        self.push_screen(LogScreen(self.board, event.session_id, event.job))

    def on_tail_wanted(self, event: TailWanted) -> None:
        """Read a log, or go on reading it."""
        known = self.board.tails.get((event.session_id, event.job))
        self.calls.tail(event.session_id, event.job, known)

    def on_catalog_wanted(self) -> None:
        """Read the pipelines and machines."""
        self.calls.catalog()

    def on_timeline_opened(self, event: TimelineOpened) -> None:
        """Show the timeline of a session."""
        self.calls.session(event.session_id)
        self.push_screen(TimelineScreen(self.board, event.session_id))

    def on_timeline_wanted(self, event: TimelineWanted) -> None:
        """Read the states of a job."""
        self.calls.timeline(event.session_id, event.job)

    def on_rows_wanted(self) -> None:
        """Read rows of the list that are missing."""
        self.read_list(ahead=True)

    def on_query_given(self, event: QueryGiven) -> None:
        """Choose other sessions, or say which word cannot be used."""
        try:
            query = parse(event.text, self.clock())
        except BadInput as error:
            self.notice(sentence_of(error), True)
            return
        self.show(replace(self.board, query=query))
        self.read_all()

    def on_noted(self, event: Noted) -> None:
        """Say a sentence."""
        self.notice(event.text, event.is_bad)

    @on(Arrival)
    def arrived(self, event: Arrival) -> None:
        """Show what was read; sessions that begin to wait for a human move to the top."""
        known, waited = self.board, self.board.waiting
        board = with_arrival(known, event, self.clock())
        if board is not known:
            self.show(board)
        if self.board.waiting != waited:
            self.read_list(at_once=True)
        if self.board.listing:
            self.call_after_refresh(self.start_work)

    def on_troubled(self, event: Troubled) -> None:
        """Keep the sentence on the screen until the same works again."""
        if event.about in {DECISION, UNLOCK} and event.sentence:
            self.notice(event.sentence, True)
        elif self.board.troubles.get(event.about, "") != event.sentence:
            self.show(self.board.with_trouble(event.about, event.sentence))
        if event.sentence and isinstance(self.screen, Frame):
            self.screen.failed(event.about)
