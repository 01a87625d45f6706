"""An app in which a human decides: reviews come from the workers, answers are signed there."""

from __future__ import annotations

from dataclasses import replace

from bunsui_core.domain.approval import Answer, ApprovalStatus
from bunsui_tui.asking_app import AskingApp
from bunsui_tui.messages import ReviewOpened, SessionOpened
from bunsui_tui.screens.answering import Answering
from bunsui_tui.screens.review import ReviewScreen
from bunsui_tui.screens.together import TogetherScreen
from bunsui_tui.signing import (
    AnswerGiven,
    Decided,
    DecidedTogether,
    KeyOpened,
    TogetherOpened,
    UnlockGiven,
)


class DecidingApp(AskingApp):
    """Routes what a human decides; only a signed decision lets a worker do anything."""

    def on_review_opened(self, event: ReviewOpened) -> None:
        """Prepare the review of a request and show it; what was prepared before is old."""
        self._prepare((event.request_id,))
        self.push_screen(ReviewScreen(self.board, event.request_id))

    def on_together_opened(self, event: TogetherOpened) -> None:
        """Prepare the reviews of requests that ask for the same, and show them together."""
        self._prepare(event.request_ids)
        self.push_screen(TogetherScreen(self.board, event.request_ids))

    def _prepare(self, request_ids: tuple[str, ...]) -> None:
        others = {k: v for k, v in self.board.reviews.items() if k not in request_ids}
        self.show(replace(self.board, reviews=others))
        for request_id in request_ids:
            self.calls.review(request_id)

    def on_answer_given(self, event: AnswerGiven) -> None:
        """Sign and record an answer."""
        self.show(replace(self.board, notice=None))
        self.calls.decide(event)

    def on_unlock_given(self, event: UnlockGiven) -> None:
        """Open a key for some minutes."""
        self.show(replace(self.board, notice=None))
        self.calls.unlock(event)

    def on_key_opened(self, event: KeyOpened) -> None:
        """Go on with the review; each answer still takes an act of its own."""
        if self.board.overview:
            known = replace(self.board.overview, unlocked=event.unlocked)
            self.show(replace(self.board, overview=known))
        if isinstance(self.screen, Answering):
            self.screen.stop_asking()
        minutes = max(1, round((event.unlocked.until - self.clock()).total_seconds() / 60))
        self.notice(
            f"the key of {event.unlocked.approver} is open for {minutes} min; L locks it", False
        )

    def action_lock(self) -> None:
        """Close the key that is open."""
        if self.board.unlocked is None:
            self.notice("no key is open", False)
            return
        self.calls.lock()
        if self.board.overview:
            known = replace(self.board.overview, unlocked=None)
            self.show(replace(self.board, overview=known))
        self.notice("the key is locked", False)

    def on_unmount(self) -> None:
        """Leave no key open in this process: it may go on with another environment."""
        if self.board.unlocked:
            self.calls.lock()

    def on_decided(self, event: Decided) -> None:
        """Leave the review; after an approval, show what it moves: a session, or how far it is."""
        self.action_leave()
        standing, plan = event.approval, event.approval.request.plan
        if event.answer is Answer.REJECT:
            self.notice(f"request {plan.request_id} rejected; nothing of it will run", False)
        elif standing.status is ApprovalStatus.REQUESTED:
            self.notice(f"request {plan.request_id}: {standing.note}", False)
        else:
            self.notice(f"request {plan.request_id} approved; the worker executes it", False)
            if plan.waves:
                self.action_inbox()
            else:
                self.post_message(SessionOpened(plan.session_id))
        self.read_all()

    def on_decided_together(self, event: DecidedTogether) -> None:
        """Say of each request what became of it, on the screen on which it was reviewed."""
        if isinstance(self.screen, TogetherScreen):
            self.screen.tell(event.together, event.answer)
        signed, left = len(event.together.signed), len(event.together.left_out)
        done = "approved" if event.answer is Answer.APPROVE else "rejected"
        rest = f", {left} left out" if left else ""
        self.notice(f"{signed} of {len(event.together.items)} requests {done}{rest}", bool(left))
        self.read_all()

    def action_leave(self) -> None:
        """Go to the screen below."""
        if len(self.screen_stack) > 2:
            self.pop_screen()

    def action_inbox(self) -> None:
        """Go to the inbox."""
        raise NotImplementedError
