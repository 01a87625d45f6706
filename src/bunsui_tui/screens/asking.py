"""A screen that previews a change and then asks for it, with a reason."""

from __future__ import annotations

from textual.widget import Widget

from bunsui_tui.asks import AskGiven
from bunsui_tui.render.text import MUTED, words
from bunsui_tui.screens.frame import Frame
from bunsui_tui.widgets.reason_bar import ReasonBar


class AskScreen(Frame):
    """What would happen if a request were made and approved; nothing happens here yet."""

    _asked = ""

    @property
    def proposal_id(self) -> str:
        """The proposal that would be asked for; empty when there is none."""
        return ""

    @property
    def what(self) -> str:
        """What would be asked for, in a few words."""
        return ""

    def place_of_keys(self) -> Widget:
        """Return the widget that has the focus while nothing is asked."""
        raise NotImplementedError

    def look_again(self) -> None:
        """Have everything looked up anew: what was asked for was refused."""

    def rest(self, why_not: str = "") -> None:
        """Say how to go on, unless a reason is being typed."""
        bar = self.query_one(ReasonBar)
        if not bar.is_asking:
            how = why_not or "enter asks for it; you review it and sign it next"
            bar.rest(words((how, MUTED)))

    def begin(self) -> None:
        """Take the reason for what is shown now."""
        self._asked = self.proposal_id
        self.query_one(ReasonBar).ask(self.what)

    def on_reason_bar_given(self, event: ReasonBar.Given) -> None:
        """Ask for what was shown when the question began."""
        self.post_message(AskGiven(self._asked, event.reason))

    def on_reason_bar_left(self) -> None:
        """Go on looking; nothing was asked for."""
        bar = self.query_one(ReasonBar)
        self.place_of_keys().focus()
        bar.rest(words())
        self.paint()

    def failed(self, about: str) -> None:
        """Look again when the request was refused: the world may have moved."""
        if about == "ask":
            self.on_reason_bar_left()
            self.look_again()
