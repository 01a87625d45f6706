"""Editing an input or an output: the text, whether it can be used, and what it changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import TextArea

from bunsui_core.domain.accepted import require_input, require_output, require_state_input
from bunsui_core.domain.editing import pretty
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.pipeline import Job
from bunsui_core.domain.verdict import Mode
from bunsui_tui.actions import Key
from bunsui_tui.asks import Edited
from bunsui_tui.board import Board
from bunsui_tui.messages import Noted
from bunsui_tui.render.editor import beside, check_line, fault, heading
from bunsui_tui.screens.frame import Frame
from bunsui_tui.widgets.json_area import JsonArea
from bunsui_tui.widgets.panes import KeyLine, Line, Pane, Rule
from bunsui_tui.wishes import Draft

USE = Key("use", "ctrl+s", "use it", "go back with this text; what it would do is judged anew")
RECORDED = Key("recorded", "ctrl+r", "as recorded", "begin again with what was recorded")
LEAVE = Key("leave", "esc", "leave", "go back without it; a second time when it was changed")
HELP = Key("help", "f1", "help", "show the keys of this screen")
AREA = Key("", "tab", "", "go to what it changes, and back; arrows scroll there")

SETTLED = 0.2
"""Seconds without a key after which the text is checked."""


class EditorScreen(Frame):
    """One JSON text; every key that types is typed, so the others take ctrl."""

    NAME: ClassVar[str] = "the editor"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "do('use')", show=False),
        Binding("ctrl+r", "do('recorded')", show=False),
        Binding("f1", "help", show=False),
        Binding("escape", "do('leave')", show=False),
    ]

    def __init__(self, board: Board, draft: Draft) -> None:
        super().__init__(board)
        self.draft = draft
        self._begun = pretty(draft.text)
        self._area = JsonArea(id="text")
        self._trouble = ""
        self._is_warned = False
        self._settling: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """Return what is edited, the text, whether it can be used, and what it changes."""
        yield Line(id="count")
        yield Container(self._area, Rule(), Container(Pane(id="detail"), id="side"), id="split")
        yield Line(id="chosen")

    def on_mount(self) -> None:
        """Start in the text."""
        self._area.load_text(self._begun)
        self._area.focus()
        self._check()

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what the text allows."""
        recorded = "" if self.draft.recorded else "there is none"
        return (USE.unless(self._trouble), RECORDED.unless(recorded), LEAVE, HELP, AREA)

    def show_keys(self) -> None:
        """Show the keys that work while a text is typed."""
        self.query_one(KeyLine).show(self.keys())

    def paint(self) -> None:
        """Show what is edited."""
        self.query_one("#count", Line).say(heading(self.draft))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Check the text when nothing more is typed."""
        event.stop()
        self._is_warned = False
        if self._settling:
            self._settling.stop()
        self._settling = self.set_timer(SETTLED, self._check)

    def _check(self) -> None:
        text = self._area.text
        self._trouble = fault(text) or self._refusal(text)
        self.query_one("#chosen", Line).say(check_line(self._trouble, text, self.draft))
        self.query_one("#detail", Pane).show(beside(self.draft, text))
        self.show_keys()

    def _refusal(self, text: str) -> str:
        """Why a JSON text cannot be used."""
        try:
            self._require(text)
        except BadInput as error:
            return error.message
        return ""

    def _require(self, text: str) -> None:
        if self.draft.mode is Mode.MARK_DONE:
            require_output(text)
        elif self.draft.mode is Mode.ENTER_AT:
            require_state_input(text)
        elif job := self._job():
            require_input(job, text)

    def _job(self) -> Job | None:
        detail = self.board.details.get(self.draft.session_id)
        return detail.view.session.pipeline.find(self.draft.job_name) if detail else None

    def do(self, name: str) -> None:
        """Do what a key says."""
        match name:
            case "use":
                self._use()
            case "recorded":
                self._area.text = pretty(self.draft.recorded)
            case "leave":
                self._leave()

    def _use(self) -> None:
        """Hand the text on, checked as it is now."""
        self._check()
        if self._trouble:
            self.post_message(Noted(self._trouble, is_bad=True))
            return
        self.post_message(Edited(replace(self.draft, text=self._area.text)))
        self.app.call_later(self.run_action, "app.leave")

    def _leave(self) -> None:
        if self._area.text != self._begun and not self._is_warned:
            self._is_warned = True
            self.post_message(Noted("esc once more drops your changes; ctrl+s uses them"))
            return
        self.app.call_later(self.run_action, "app.leave")
