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

from bunsui_core.domain.approval import Answer
from bunsui_tui.render.text import MUTED, TITLE, words

CODE, APPROVER, REASON, PASSPHRASE = "code", "approver", "reason", "passphrase"


@dataclass(frozen=True)
class Ask:
    """One thing to type, in front of what it is asked with."""

    name: str
    label: str


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

        answer: Answer
        typed: dict[str, str] = field(repr=False)

    def __init__(self) -> None:
        super().__init__()
        self._answer = Answer.REJECT
        self._asks: tuple[Ask, ...] = ()
        self._at = 0
        self._typed: dict[str, str] = {}
        self.stands_for: tuple[str, str] = ("", "")

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

    def ask(self, answer: Answer, asks: tuple[Ask, ...]) -> None:
        """Ask for the first of several things."""
        self._answer, self._asks, self._typed = answer, asks, {}
        self._show(0)

    def again(self) -> None:
        """Ask for the last thing once more."""
        if self._asks:
            self._show(len(self._asks) - 1)

    def ask_first(self) -> None:
        """Ask for everything once more."""
        if self._asks:
            self.ask(self._answer, self._asks)

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
        verb = "Approve" if self._answer is Answer.APPROVE else "Reject"
        self.query_one(RejectButton).display = False
        self.query_one("#say", Static).update(words((f"{verb}: ", TITLE), ask.label, " "))
        entry = self.query_one("#field", Input)
        entry.value = ""
        entry.password = ask.name == PASSPHRASE
        entry.display = True
        entry.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed and ask for the next thing, or say that all is there."""
        event.stop()
        if not self._asks:
            return
        self._typed[self._asks[self._at].name] = event.value
        if self._at + 1 < len(self._asks):
            self._show(self._at + 1)
        else:
            self.post_message(self.Given(self._answer, dict(self._typed)))
