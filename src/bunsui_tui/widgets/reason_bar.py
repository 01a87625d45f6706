"""Where a human says why, before a request of theirs is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from bunsui_tui.render.text import MUTED, words


class ReasonBar(Horizontal):
    """Says what enter would ask for; then takes the reason."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    @dataclass
    class Given(Message):
        """A reason was typed."""

        reason: str

    class Left(Message):
        """The human does not want to ask now."""

    def compose(self) -> ComposeResult:
        """Hold the words and the field."""
        yield Static(id="say", markup=False)
        yield Input(id="field", compact=True, placeholder="why, for the record")

    def on_mount(self) -> None:
        """Begin without the field."""
        self.rest(Text())

    @property
    def is_asking(self) -> bool:
        """Whether the reason is being typed."""
        return bool(self.query_one("#field", Input).display)

    def rest(self, say: Text) -> None:
        """Show what could be asked for."""
        self.query_one("#field", Input).display = False
        self.query_one("#say", Static).update(say)

    def ask(self, what: str) -> None:
        """Take the reason for something; what was typed before is still there."""
        self.query_one("#say", Static).update(words(f"{what} ", ("because ", MUTED)))
        entry = self.query_one("#field", Input)
        entry.display = True
        entry.focus()

    def action_leave(self) -> None:
        """Stop asking."""
        self.post_message(self.Left())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand on the reason; without one nothing is asked for."""
        event.stop()
        if event.value.strip():
            self.post_message(self.Given(event.value.strip()))
