"""Requests that ask for the same, reviewed at once: each named, with what is otherwise about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer, ApprovalStatus
from bunsui_core.domain.kin import group_code
from bunsui_core.domain.together import Together
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
from bunsui_tui.render.text import Kept
from bunsui_tui.render.together import body, differences, evidence, heading, preparing, told
from bunsui_tui.screens.answering import Answering
from bunsui_tui.widgets.answer_bar import AnswerBar
from bunsui_tui.widgets.panes import Pane


class TogetherScreen(Answering):
    """What will happen if these requests are approved; the focus is on rejecting them."""

    NAME: ClassVar[str] = "a review of several requests"

    def __init__(self, board: Board, request_ids: tuple[str, ...]) -> None:
        super().__init__(board)
        self.request_ids = request_ids
        self._part = "plan"
        self._painted: tuple[object, ...] = ()
        self._kept = Kept(())
        self._told: tuple[Together, Answer] | None = None

    def body(self) -> Iterable[Widget]:
        """Return the heading, the reviews, and the answer."""
        yield Static(id="heading", markup=False)
        yield Container(Pane(id="plan"), id="split")
        yield AnswerBar()

    @property
    def prepared(self) -> tuple[Prepared, ...]:
        """The reviews that are ready."""
        found = map(self.board.reviews.get, self.request_ids)
        return tuple(one for one in found if one)

    @property
    def reviews(self) -> tuple[Review, ...]:
        """What would be answered: what still waits."""
        return tuple(one.review for one in self.prepared if self._waits(one.review))

    @property
    def code(self) -> str:
        """The code of all of them, if the risk of one is high."""
        return group_code(self.reviews)

    def _waits(self, review: Review) -> bool:
        known = self.board.approval(review.plan.request_id) or review.approval
        return known.status is ApprovalStatus.REQUESTED

    @property
    def _missing(self) -> str:
        ready, wanted = len(self.prepared), len(self.request_ids)
        return f"{ready} of {wanted} reviews are prepared" if ready < wanted else ""

    def why_not(self) -> str:
        """Why these requests cannot be decided here now; empty when they can."""
        if self._told:
            return "they are decided; esc goes back"
        if self._missing:
            return self._missing
        if not self.reviews:
            return "none of them waits any more"
        if not self.trusted():
            return why_no_key(self.reviews)
        return ""

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what these requests allow."""
        return (
            APPROVE.unless(self.why_not_approve()),
            REJECT.unless(self.why_not()),
            DIFFERENCE.unless(self._missing),
            EVIDENCE.unless(self._missing),
            UNLOCK.unless(self.why_not_unlock()),
            BACK,
            MOVE,
            COPY,
        )

    def paint(self) -> None:
        """Show the reviews, or how many are prepared."""
        prepared, pane = self.prepared, self.query_one("#plan", Pane)
        if self._missing:
            self.query_one("#heading", Static).update(preparing(len(self.request_ids)))
            pane.show(preparing(len(self.request_ids), self._missing))
            return
        top = heading(prepared, self.board, self.size.width - 2)
        self.query_one("#heading", Static).update(top)
        self._paint_part(prepared, pane)
        self.rest(tuple(one.review.shown_digest for one in prepared))

    def _paint_part(self, prepared: tuple[Prepared, ...], pane: Pane) -> None:
        """What is long is laid out when it is another one, not every second."""
        sessions = {one.review.plan.session_id for one in prepared}
        details = tuple(self.board.details.get(one) for one in sorted(sessions))
        moments = tuple(one.at for one in prepared)
        painted = (self._part, moments, self.app.theme, details, self._told, self.reviews)
        is_old, self._painted = painted != self._painted, painted
        if not is_old:
            return
        match self._part:
            case "told" if self._told:
                pane.show(told(*self._told), "told")
            case "difference":
                pane.show(differences(prepared), "difference")
            case "evidence":
                pane.show(evidence(prepared, self.board), "evidence")
            case _:
                pane.show(body(prepared, self.board), "plan")

    def do(self, name: str) -> None:
        """Do what a key says about the requests."""
        match name:
            case "approve" | "reject" | "unlock":
                self.answer(name)
            case "difference" | "evidence":
                self._part = self._first_part if self._part == name else name
                for one in self.prepared:
                    self.post_message(SessionWanted(one.review.plan.session_id))
                self.paint()
            case "copy":
                self.copy(" ".join(self.request_ids))

    @property
    def _first_part(self) -> str:
        return "told" if self._told else "plan"

    def tell(self, together: Together, answer: Answer) -> None:
        """Show what became of each request."""
        self._told, self._part = (together, answer), "told"
        self.query_one(AnswerBar).rest(self.how(), can_reject=False)
        self.query_one("#plan", Pane).focus()
        self.paint()
