"""Pausing, unpausing and cancelling a session: what that would do, before it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from bunsui_core.domain.plan import Control
from bunsui_tui.actions import ASK, BACK, Key
from bunsui_tui.asks import ControlWanted
from bunsui_tui.board import Board
from bunsui_tui.render.rerun import of_control
from bunsui_tui.render.session import heading
from bunsui_tui.render.text import MUTED, TITLE, said, words
from bunsui_tui.screens.asking import AskScreen
from bunsui_tui.widgets.panes import Pane
from bunsui_tui.widgets.reason_bar import ReasonBar
from bunsui_tui.wishes import Controlled, ControlWish

MEANS = {
    Control.PAUSE: "nothing new starts in it; what runs goes on",
    Control.UNPAUSE: "it starts what is ready again",
    Control.CANCEL: "what runs is stopped, then it ends; what was written stays written",
}


class ControlScreen(AskScreen):
    """What a change of a session as a whole would do."""

    NAME: ClassVar[str] = "a change of a session"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "do('ask')", show=False),
        Binding("escape", "app.leave", show=False),
    ]

    def __init__(self, board: Board, wish: ControlWish) -> None:
        super().__init__(board)
        self.wish = wish

    def body(self) -> Iterable[Widget]:
        """Return the question, the session, what would happen, and the place to ask."""
        yield Static(id="count", markup=False)
        yield Static(id="heading", markup=False)
        yield Container(Pane(id="plan"), id="split")
        yield ReasonBar()

    def on_mount(self) -> None:
        """Look up what would happen."""
        self.place_of_keys().focus()
        self.look_again()

    @property
    def session_shown(self) -> str:
        """The session that it is about."""
        return self.wish.session_id

    @property
    def found(self) -> Controlled | None:
        """What was looked up."""
        known = self.board.controlled
        return known if known and known.wish == self.wish else None

    @property
    def proposal_id(self) -> str:
        """What would be asked for."""
        proposal = self.found.proposal if self.found else None
        return proposal.proposal_id if proposal else ""

    @property
    def what(self) -> str:
        """The change in words."""
        return f"{self.wish.action.value} it"

    def place_of_keys(self) -> Widget:
        """Return the preview."""
        return self.query_one("#plan", Pane)

    def look_again(self) -> None:
        """Look up what would happen now."""
        self.post_message(ControlWanted(self.wish))

    def why_not(self) -> str:
        """Why it cannot be asked for."""
        if self.found is None:
            return "what would happen is still being looked up"
        return "" if self.proposal_id else "it is not possible now"

    def keys(self) -> tuple[Key, ...]:
        """Return the keys."""
        return (ASK.unless(self.why_not()), BACK)

    def paint(self) -> None:
        """Show what would happen."""
        action = self.wish.action
        title = words((f"{action.value.capitalize()} ", TITLE), said(self.wish.session_id, 100))
        self.query_one("#count", Static).update(words(title, (f": {MEANS[action]}", MUTED)))
        self.query_one("#heading", Static).update(heading(self.board, self.wish.session_id))
        waiting = words(("looking up what would happen…", MUTED))
        found = of_control(self.found, self.board) if self.found else waiting
        self.query_one("#plan", Pane).show(found)
        self.rest(self.why_not())

    def do(self, name: str) -> None:
        """Ask for it."""
        if name == "ask" and not self.query_one(ReasonBar).is_asking:
            self.begin()
