"""One request as a human must see it before deciding, and the place to decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer, ApprovalStatus
from bunsui_core.domain.trust import Approver
from bunsui_tui.actions import APPROVE, BACK, COPY, DIFFERENCE, EVIDENCE, MOVE, REJECT, Key
from bunsui_tui.board import Board, Prepared
from bunsui_tui.messages import AnswerGiven, Noted, SessionWanted
from bunsui_tui.render.inbox import their_words
from bunsui_tui.render.review import below_canary, body, difference, grounds, heading
from bunsui_tui.render.text import MUTED, Kept, words
from bunsui_tui.screens.frame import Frame
from bunsui_tui.widgets.answer_bar import (
    APPROVER,
    CODE,
    PASSPHRASE,
    REASON,
    AnswerBar,
    Ask,
    RejectButton,
)
from bunsui_tui.widgets.panes import Pane


class ReviewScreen(Frame):
    """What will happen if this request is approved; the focus is on rejecting it."""

    NAME: ClassVar[str] = "a review"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "do('approve')", show=False),
        Binding("R", "do('reject')", show=False),
        Binding("d", "do('difference')", show=False),
        Binding("e", "do('evidence')", show=False),
        Binding("y", "do('copy')", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("escape", "app.leave", show=False),
    ]

    def __init__(self, board: Board, request_id: str) -> None:
        super().__init__(board)
        self.request_id = request_id
        self._part = "plan"
        self._shown: Review | None = None
        self._others = Kept(())
        self._painted: tuple[object, ...] = ()

    def body(self) -> Iterable[Widget]:
        """Return the heading, the plan, the asker's words in their box, and the answer."""
        yield Static(id="heading", markup=False)
        yield Container(Pane(id="plan"), Pane(id="words"), id="split")
        yield AnswerBar()

    @property
    def review(self) -> Review | None:
        """What is shown."""
        return self._prepared.review if self._prepared else None

    @property
    def _prepared(self) -> Prepared | None:
        return self.board.reviews.get(self.request_id)

    def why_not(self) -> str:
        """Why this request cannot be decided here now; empty when it can."""
        review = self.review
        if review is None:
            return "the review is still being prepared"
        status = self._status(review)
        if status is not ApprovalStatus.REQUESTED:
            return f"the request is {status.value} already"
        if not self._approvers():
            return "nobody can approve here yet; quit and run `bunsui approvers init`"
        return ""

    def _status(self, review: Review) -> ApprovalStatus:
        known = self.board.approval(self.request_id)
        return known.status if known else review.approval.status

    def _approvers(self) -> tuple[Approver, ...]:
        approvers = self.board.overview.approvers if self.board.overview else ()
        return tuple(one for one in approvers if one.revoked_at is None)

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what this request allows."""
        why_not = self.why_not()
        missing = "" if self.review else "the review is still being prepared"
        return (
            APPROVE.unless(why_not),
            REJECT.unless(why_not),
            DIFFERENCE.unless(missing),
            EVIDENCE.unless(missing),
            BACK,
            MOVE,
            COPY,
        )

    def paint(self) -> None:
        """Show the review, or that it is being prepared."""
        prepared = self._prepared
        if prepared is None:
            waiting = words(("looking up what would happen…", MUTED))
            self.query_one("#heading", Static).update(words("Review ", self.request_id[:64]))
            self.query_one("#plan", Pane).show(waiting)
            return
        review = prepared.review
        known = self.board.approval(self.request_id) or review.approval
        top = heading(review, known, self.board.now, self.size.width - 2)
        self.query_one("#heading", Static).update(top)
        self.query_one("#words", Pane).show(their_words(review.approval))
        self._paint_part(prepared)
        self._rest(review)

    def _paint_part(self, prepared: Prepared) -> None:
        """What can be long is laid out when it is another one, not every second."""
        review = prepared.review
        pane = self.query_one("#plan", Pane)
        detail = self.board.details.get(review.plan.session_id)
        painted = (self._part, prepared.at, self.app.theme, detail)
        is_old, self._painted = painted != self._painted, painted
        match self._part:
            case "difference" if is_old:
                pane.show(difference(review), "difference")
            case "evidence" if is_old:
                analysis = detail.analysis if detail else None
                pane.show(grounds(analysis, detail.trouble if detail else ""), "evidence")
            case "plan":
                if is_old:
                    self._others = below_canary(review)
                pane.show(body(prepared, self.board.now, self._others), "plan")

    def _rest(self, review: Review) -> None:
        bar = self.query_one(AnswerBar)
        state = (review.shown_digest, self.why_not())
        if bar.is_asking or bar.stands_for == state:
            return
        bar.stands_for = state
        bar.rest(self._how(review), can_reject=not self.why_not())
        if not self.why_not():
            self.query_one(RejectButton).focus()

    def _how(self, review: Review) -> Text:
        if why_not := self.why_not():
            return words((why_not, MUTED))
        code = f"type {review.typed_code}, then " if review.typed_code else ""
        return words("Approve: ", ("a", "key"), f", then {code}your passphrase")

    def action_scroll(self, by: int) -> None:
        """Scroll the plan, wherever the focus is."""
        self.query_one("#plan", Pane).scroll_relative(y=by, animate=False)

    def do(self, name: str) -> None:
        """Do what a key says about the request."""
        if self.query_one(AnswerBar).is_asking and name in {"approve", "reject"}:
            return
        match name:
            case "approve":
                self._ask(Answer.APPROVE)
            case "reject":
                self._ask(Answer.REJECT)
            case "difference" | "evidence":
                self._part = "plan" if self._part == name else name
                if self.review:
                    self.post_message(SessionWanted(self.review.plan.session_id))
                self.paint()
            case "copy":
                self.copy(self.request_id)

    def _ask(self, answer: Answer) -> None:
        self._shown = self.review
        if self._shown is None:
            return
        asks = [Ask(PASSPHRASE, "passphrase")]
        approvers = self._approvers()
        if len(approvers) > 1:
            asks.insert(0, Ask(APPROVER, "your name as approver"))
        if answer is Answer.REJECT:
            asks.insert(0, Ask(REASON, "reason"))
        elif code := self._shown.typed_code:
            asks.insert(0, Ask(CODE, f"type {code} (high risk)"))
        self.query_one(AnswerBar).ask(answer, tuple(asks))

    def on_reject_button_pressed(self) -> None:
        """Reject: the default."""
        self.action_do("reject")

    def on_answer_bar_given(self, event: AnswerBar.Given) -> None:
        """Sign what was shown when the questions began."""
        if self._shown is None:
            return
        bar = self.query_one(AnswerBar)
        typed = event.typed.get(CODE, "").strip()
        if event.answer is Answer.APPROVE and typed.upper() != self._shown.typed_code.upper():
            self.post_message(Noted(f"type {self._shown.typed_code} to approve a high risk", True))
            bar.ask_first()
            return
        bar.wait("signing…")
        name = event.typed.get(APPROVER, "").strip() or self._approvers()[0].name
        self.post_message(
            AnswerGiven(
                review=self._shown,
                answer=event.answer,
                approver=name,
                passphrase=event.typed[PASSPHRASE],
                reason=event.typed.get(REASON, "").strip(),
                typed_code=typed,
            )
        )

    async def on_answer_bar_left(self) -> None:
        """Stop asking, or go back when nothing is asked; nothing was decided."""
        review, bar = self.review, self.query_one(AnswerBar)
        if not bar.is_asking:
            await self.run_action("app.leave")
        elif review:
            bar.rest(self._how(review), can_reject=not self.why_not())
            self.query_one(RejectButton).focus()

    def failed(self, about: str) -> None:
        """Ask for the passphrase again when the answer was not accepted."""
        if about == "decision":
            self.query_one(AnswerBar).again()
