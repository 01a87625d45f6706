"""A log that fills the screen: followed while it grows, searched, wrapped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from bunsui_tui.actions import BACK, Key
from bunsui_tui.board import LOGS, Board, Tail
from bunsui_tui.messages import TailWanted
from bunsui_tui.pace import Pace
from bunsui_tui.render.log import Look, heading
from bunsui_tui.render.text import MUTED, said, words
from bunsui_tui.screens.frame import Frame
from bunsui_tui.widgets.log_view import LogView

SEARCH = Key("search", "/", "search", "look for a text; capitals count when you type one")
NEXT = Key("next", "n N", "next", "go to the next place found, or the one before", has_name=False)
FOLLOW = Key("follow", "f", "follow", "keep the newest line in sight, or hold the log where it is")
WRAP = Key("wrap", "w", "wrap", "break long lines, or leave them long: ← → move along them")
MOVE = Key("", "↑↓ j k", "", "move; page up, page down, home; end follows again")

FRESH_S = 2.0
"""Seconds between two looks at a log that grows, or that could not be read."""


class LogScreen(Frame):
    """The log of a job: of its failing operation, or of all that runs in it."""

    NAME: ClassVar[str] = "a log"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "do('search')", show=False),
        Binding("n", "next(1)", show=False),
        Binding("N", "next(-1)", show=False),
        Binding("f", "do('follow')", show=False),
        Binding("w", "do('wrap')", show=False),
        Binding("escape", "back", show=False),
        Binding("l", "app.leave", show=False),
    ]

    def __init__(self, board: Board, session_id: str, job: str) -> None:
        super().__init__(board)
        self.session_id = session_id
        self.job = job
        self._pace = Pace(FRESH_S)

    def body(self) -> Iterable[Widget]:
        """Return the heading, what is missing, the lines, and the field to search with."""
        yield Static(id="heading", markup=False)
        yield Static(id="note", markup=False)
        yield LogView(id="lines")
        yield Input(id="search", compact=True, placeholder="a text to look for")

    def on_mount(self) -> None:
        """Start in the lines."""
        self.query_one("#search").display = False
        self.query_one(LogView).focus()

    @property
    def session_shown(self) -> str:
        """The session whose log this is."""
        return self.session_id

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what this log allows."""
        view = self.query_one(LogView)
        tail = self.board.tails.get((self.session_id, self.job))
        over = "the log is complete" if tail and tail.is_over else ""
        nothing = "" if view.found else "nothing was searched for, or found"
        return (SEARCH, NEXT.unless(nothing), FOLLOW.unless(over), WRAP, BACK, MOVE)

    def paint(self) -> None:
        """Show the lines that are new, and ask for more of them now and then."""
        tail = self.board.tails.get((self.session_id, self.job))
        if not (tail and tail.is_over) and self._pace.is_due():
            self.post_message(TailWanted(self.session_id, self.job))
        note = self.query_one("#note", Static)
        told = tail.note if tail else self._trouble()
        note.display = bool(told)
        note.update(said(told, 400, MUTED))
        self.query_one(LogView).show(tail.lines if tail else (), self._why_empty(tail))
        self._paint_heading()

    def _why_empty(self, tail: Tail | None) -> str:
        if tail is None:
            return "it cannot be read" if self._trouble() else "reading the log…"
        return "the log has no line" if tail.is_over else "no line yet"

    def _trouble(self) -> str:
        return self.board.troubles.get(LOGS, "")

    def _paint_heading(self) -> None:
        view = self.query_one(LogView)
        look = Look(
            job=self.job,
            is_following=view.is_following,
            is_wrapped=view.is_wrapped,
            term=view.term,
            found=len(view.found),
            at=view.place,
        )
        tail = self.board.tails.get((self.session_id, self.job))
        text = heading(tail, look, self.size.width - 2) if self.size.width else words()
        self.query_one("#heading", Static).update(text)

    def on_log_view_looked(self) -> None:
        """Say how the log is looked at now."""
        self._paint_heading()
        self.show_keys()

    def action_next(self, by: int) -> None:
        """Go to another place that was found."""
        if self.query_one(LogView).found:
            self.query_one(LogView).next(by)
        else:
            self.action_do("next")

    async def action_back(self) -> None:
        """Leave the field, then the search, then the screen."""
        view = self.query_one(LogView)
        if self.query_one("#search").display:
            self._hide_search()
        elif view.term:
            view.search("")
        else:
            await self.run_action("app.leave")

    def do(self, name: str) -> None:
        """Do what a key says about the log."""
        view = self.query_one(LogView)
        match name:
            case "search":
                entry = self.query_one("#search", Input)
                entry.value = view.term
                entry.display = True
                entry.focus()
            case "follow":
                view.follow(not view.is_following)
            case "wrap":
                view.wrap(not view.is_wrapped)

    def _hide_search(self) -> None:
        self.query_one("#search").display = False
        self.query_one(LogView).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look for what was typed."""
        self._hide_search()
        self.query_one(LogView).search(event.value)
