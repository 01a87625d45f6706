"""The environments there are; production ones are marked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from bunsui_tui.actions import BACK, MOVE, Key
from bunsui_tui.board import Board, Choice
from bunsui_tui.messages import EnvironmentChosen
from bunsui_tui.render.environments import COLUMNS, rows
from bunsui_tui.screens.frame import Frame
from bunsui_tui.widgets.rows import Rows

OPEN = Key("open", "enter", "show it", "show this environment in the place of the one before")


class EnvironmentsScreen(Frame):
    """The list of environments, with the one that is shown now."""

    NAME: ClassVar[str] = "the environments"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.leave", show=False)]

    def __init__(self, board: Board, choices: tuple[Choice, ...]) -> None:
        super().__init__(board)
        self._choices = choices
        self._rows = Rows(COLUMNS, "", id="environments")

    def body(self) -> Iterable[Widget]:
        """Return the list."""
        yield self._rows

    def on_mount(self) -> None:
        """Start at the environment that is shown now."""
        self._rows.show(rows(self._choices, self.board.here))
        self._rows.select(self.board.here.name)
        self._rows.focus()

    def keys(self) -> tuple[Key, ...]:
        """Return the keys."""
        return (OPEN, BACK, MOVE)

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """Go there."""
        self.post_message(EnvironmentChosen(event.key))
