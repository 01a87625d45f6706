"""How a human answers: rejecting is where the focus is, approving takes a key of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from bunsui_tui.messages import Noted
from bunsui_tui.questions import Ask
from bunsui_tui.render.signs import FAILED
from bunsui_tui.render.text import MUTED, TITLE, said, words

LONGEST_LABEL = 160
"""Characters of what stands in front of the field."""


class RejectButton(Static, can_focus=True):
    """The default: enter rejects, nothing else does anything here."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "press", show=False)]

    class Pressed(Message):
        """The human wants to reject."""

    def __init__(self) -> None:
        super().__init__(Text("[ Reject ]"), markup=False)

    def action_press(self) -> None:
        """Say that it was pressed."""
        self.post_message(self.Pressed())


class AnswerBar(Horizontal):
    """Asks for one thing after the other, then says what was answered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
    ]

    @dataclass
    class Given(Message):
        """Everything was typed."""

        verb: str
        typed: dict[str, str] = field(repr=False)

    def __init__(self) -> None:
        super().__init__()
        self._verb = ""
        self._asks: tuple[Ask, ...] = ()
        self._at = 0
        self._typed: dict[str, str] = {}
        self.stands_for: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Hold the button, the words beside it, and the field."""
        yield RejectButton()
        yield Static(id="say", markup=False)
        yield Input(id="field", compact=True)

    def on_mount(self) -> None:
        """Begin with the button."""
        self.rest(Text())

    @property
    def is_asking(self) -> bool:
        """Whether something is being typed."""
        return bool(self._asks)

    def rest(self, say: Text, can_reject: bool = True) -> None:
        """Show the button and how to approve."""
        self._asks = ()
        self._typed = {}
        button, entry = self.query_one(RejectButton), self.query_one("#field", Input)
        entry.value = ""
        entry.display = False
        button.display = can_reject
        self.query_one("#say", Static).update(say)
        if can_reject and entry.has_focus:
            button.focus()

    def ask(self, verb: str, asks: tuple[Ask, ...]) -> None:
        """Ask for the first of several things, in order to do what the verb says."""
        self._verb, self._asks, self._typed = verb, asks, {}
        self._show(0)

    def again(self) -> None:
        """Ask for the last thing once more."""
        if self._asks:
            self._show(len(self._asks) - 1)

    def wait(self, say: str) -> None:
        """Show that the answer is being recorded."""
        self.query_one("#field", Input).display = False
        self.query_one("#say", Static).update(words((say, MUTED)))

    def action_leave(self) -> None:
        """Stop asking, or let the screen go back."""
        self.screen.set_focus(None)
        self.post_message(self.Left())

    class Left(Message):
        """The human does not want to answer now."""

    def _show(self, at: int) -> None:
        self._at = at
        ask = self._asks[at]
        self.query_one(RejectButton).display = False
        label = said(ask.label, LONGEST_LABEL, FAILED[1] if ask.is_loud else "")
        self.query_one("#say", Static).update(words((f"{self._verb}: ", TITLE), label, " "))
        entry = self.query_one("#field", Input)
        entry.value = ""
        entry.password = ask.is_hidden
        entry.display = True
        entry.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed and ask for the next thing, or say that all is there."""
        event.stop()
        if not self._asks:
            return
        ask = self._asks[self._at]
        if _is_wrong(ask, event.value):
            told = f"type {ask.wants} to go on" if ask.wants else "type something, or esc"
            self.post_message(Noted(told, True))
            self._show(self._at)
            return
        self._typed[ask.name] = event.value
        if ask.then:
            behind = self._asks[self._at + 2 :]
            self._asks = (*self._asks[: self._at + 1], ask.then(event.value), *behind)
        if self._at + 1 < len(self._asks):
            self._show(self._at + 1)
        else:
            self.post_message(self.Given(self._verb, dict(self._typed)))


def _is_wrong(ask: Ask, typed: str) -> bool:
    if ask.wants:
        return typed.strip().upper() != ask.wants.upper()
    return not (typed.strip() or ask.may_be_empty)
