"""A screen that ends in an answer: rejecting is the default, approving takes a key of its own."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.trust import Approver, Holder
from bunsui_tui.board import Board
from bunsui_tui.questions import (
    APPROVER,
    CODE,
    GLASS,
    PASSPHRASE,
    REASON,
    Signatory,
    able,
    frozen,
    questions,
    why_no_key,
    why_nobody,
)
from bunsui_tui.render.text import MUTED, words
from bunsui_tui.screens.frame import Frame
from bunsui_tui.signing import AnswerGiven, UnlockGiven
from bunsui_tui.widgets.answer_bar import AnswerBar, RejectButton
from bunsui_tui.widgets.panes import Pane

APPROVING, REJECTING, OPENING = "Approve", "Reject", "Open the key"


class Answering(Frame):
    """Shows what would be signed, and asks for what must be typed before it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "do('approve')", show=False),
        Binding("R", "do('reject')", show=False),
        Binding("d", "do('difference')", show=False),
        Binding("e", "do('evidence')", show=False),
        Binding("u", "do('unlock')", show=False),
        Binding("y", "do('copy')", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("home,g", "edge(-1)", show=False),
        Binding("end,G", "edge(1)", show=False),
        Binding("escape", "app.leave", show=False),
    ]

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._answered: tuple[Review, ...] = ()

    @property
    def reviews(self) -> tuple[Review, ...]:
        """What is shown, and would be answered."""
        raise NotImplementedError

    @property
    def code(self) -> str:
        """What must be typed before a high risk is approved."""
        raise NotImplementedError

    def why_not(self) -> str:
        """Why nothing can be answered here now; empty when it can."""
        raise NotImplementedError

    def trusted(self) -> tuple[Approver, ...]:
        """Who may decide from this machine at all: whose key can be used on it."""
        approvers = self.board.overview.approvers if self.board.overview else ()
        return tuple(one for one in approvers if one.revoked_at is None)

    def why_not_approve(self) -> str:
        """Why it cannot be approved here now; what nobody may approve may still be rejected."""
        if why_not := self.why_not():
            return why_not
        if able(self.trusted(), self.reviews):
            return ""
        return why_nobody(self.reviews)

    def why_not_unlock(self) -> str:
        """Why no key can be opened now."""
        if self.board.unlocked:
            return f"the key of {self.board.unlocked.approver} is open; L locks it"
        if not self.trusted():
            return why_no_key(self.reviews)
        held = all(one.holder is Holder.KMS for one in self.trusted())
        return "KMS holds the keys here, and none of them can be opened" if held else ""

    def how(self) -> Text:
        """Return how to approve, or why that cannot be done."""
        if why_not := self.why_not_approve():
            return words((why_not, MUTED))
        first = "why you lift the freeze, then " if frozen(self.reviews) else ""
        code = f"type {self.code}, then " if self.code else ""
        last = self._signatory(Answer.APPROVE).last_typed
        return words("Approve: ", ("a", "key"), f", then {first}{code}{last}")

    def _signatory(self, answer: Answer) -> Signatory:
        trusted = self.trusted()
        who = able(trusted, self.reviews) if answer is Answer.APPROVE else trusted
        return Signatory(who, self.board.unlocked)

    def rest(self, state: tuple[str, ...]) -> None:
        """Show the button and how to approve, unless they stand there already."""
        bar = self.query_one(AnswerBar)
        said = self.how()
        stands_for = (*state, self.why_not(), said.plain)
        if bar.is_asking or bar.stands_for == stands_for:
            return
        bar.stands_for = stands_for
        bar.rest(said, can_reject=not self.why_not())
        if not self.why_not():
            self.query_one(RejectButton).focus()

    def action_scroll(self, by: int) -> None:
        """Scroll the plan, wherever the focus is."""
        self.query_one("#plan", Pane).scroll_relative(y=by, animate=False)

    def action_edge(self, to: int) -> None:
        """Go to the begin or the end of the plan, wherever the focus is."""
        pane = self.query_one("#plan", Pane)
        (pane.scroll_home if to < 0 else pane.scroll_end)(animate=False)

    def answer(self, name: str) -> None:
        """Begin to ask for what an answer takes."""
        if self.query_one(AnswerBar).is_asking:
            return
        if name == "unlock":
            self._ask_to_open()
            return
        answer = Answer(name)
        self._answered = self.reviews
        verb = APPROVING if answer is Answer.APPROVE else REJECTING
        who = self._signatory(answer)
        self.query_one(AnswerBar).ask(verb, questions(answer, self.reviews, self.code, who))

    def _ask_to_open(self) -> None:
        trusted = self.trusted()
        asks = questions(Answer.REJECT, (), "", Signatory(trusted))[1:]
        self.query_one(AnswerBar).ask(OPENING, asks)

    def on_reject_button_pressed(self) -> None:
        """Reject: the default."""
        self.action_do("reject")

    def on_answer_bar_given(self, event: AnswerBar.Given) -> None:
        """Sign what was shown when the questions began, or open the key."""
        bar, typed = self.query_one(AnswerBar), event.typed
        if event.verb == OPENING:
            name = typed.get(APPROVER, "").strip() or self.trusted()[0].name
            bar.wait("opening the key…")
            self.post_message(UnlockGiven(name, typed[PASSPHRASE]))
            return
        answer = Answer.APPROVE if event.verb == APPROVING else Answer.REJECT
        who = self._signatory(answer)
        opened = who.opened if PASSPHRASE not in typed else None
        name = opened.name if opened else typed.get(APPROVER, "").strip()
        bar.wait("signing…")
        self.post_message(
            AnswerGiven(
                reviews=self._answered,
                answer=answer,
                approver=name or (who.approvers[0].name if who.approvers else ""),
                passphrase=typed.get(PASSPHRASE, ""),
                reason=typed.get(REASON, "").strip(),
                typed_code=typed.get(CODE, "").strip(),
                break_glass=typed.get(GLASS, "").strip(),
            )
        )

    async def on_answer_bar_left(self) -> None:
        """Stop asking, or go back when nothing is asked; nothing was decided."""
        bar = self.query_one(AnswerBar)
        if not bar.is_asking:
            await self.run_action("app.leave")
            return
        self.stop_asking()

    def stop_asking(self) -> None:
        """Show the button again; nothing was decided."""
        self.query_one(AnswerBar).rest(self.how(), can_reject=not self.why_not())
        if not self.why_not():
            self.query_one(RejectButton).focus()

    def failed(self, about: str) -> None:
        """Ask for the passphrase again when the answer was not accepted."""
        if about in {"decision", "unlock"}:
            self.query_one(AnswerBar).again()
