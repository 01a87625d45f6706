"""The keys of the screen below."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from bunsui_tui.actions import Key
from bunsui_tui.render.frame import help_lines
from bunsui_tui.widgets.panes import Pane


class HelpScreen(ModalScreen[None]):
    """What each key does here and now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "leave", show=False),
    ]

    def __init__(self, title: str, keys: tuple[Key, ...]) -> None:
        super().__init__()
        self._title = title
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Hold one pane."""
        yield Pane(id="help")

    def on_mount(self) -> None:
        """Show the keys."""
        pane = self.query_one(Pane)
        pane.show(help_lines(self._title, self._keys))
        pane.focus()

    def action_leave(self) -> None:
        """Go back to the screen below."""
        self.dismiss(None)
