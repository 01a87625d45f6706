"""One request as a human must see it before deciding, and the place to decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import ApprovalStatus
from bunsui_tui.actions import (
    APPROVE,
    BACK,
    COPY,
    DIFFERENCE,
    EVIDENCE,
    MOVE,
    REJECT,
    UNLOCK,
    Key,
)
from bunsui_tui.board import Board, Prepared
from bunsui_tui.messages import SessionWanted
from bunsui_tui.questions import why_no_key
from bunsui_tui.render.difference import difference
from bunsui_tui.render.inbox import their_words
from bunsui_tui.render.review import below_canary, body, grounds, heading
from bunsui_tui.render.text import MUTED, Kept, words
from bunsui_tui.screens.answering import Answering
from bunsui_tui.widgets.answer_bar import AnswerBar
from bunsui_tui.widgets.panes import Pane


class ReviewScreen(Answering):
    """What will happen if this request is approved; the focus is on rejecting it."""

    NAME: ClassVar[str] = "a review"

    def __init__(self, board: Board, request_id: str) -> None:
        super().__init__(board)
        self.request_id = request_id
        self._part = "plan"
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
    def reviews(self) -> tuple[Review, ...]:
        """The one that is shown."""
        return (self.review,) if self.review else ()

    @property
    def code(self) -> str:
        """The code of the request, if its risk is high."""
        return self.review.typed_code if self.review else ""

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
        if not self.trusted():
            return why_no_key(self.reviews)
        return ""

    def _status(self, review: Review) -> ApprovalStatus:
        known = self.board.approval(self.request_id)
        return known.status if known else review.approval.status

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what this request allows."""
        why_not = self.why_not()
        missing = "" if self.review else "the review is still being prepared"
        return (
            APPROVE.unless(self.why_not_approve()),
            REJECT.unless(why_not),
            DIFFERENCE.unless(missing),
            EVIDENCE.unless(missing),
            UNLOCK.unless(self.why_not_unlock()),
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
        self.rest((review.shown_digest,))

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

    def do(self, name: str) -> None:
        """Do what a key says about the request."""
        match name:
            case "approve" | "reject" | "unlock":
                self.answer(name)
            case "difference" | "evidence":
                self._part = "plan" if self._part == name else name
                if self.review:
                    self.post_message(SessionWanted(self.review.plan.session_id))
                self.paint()
            case "copy":
                self.copy(self.request_id)
