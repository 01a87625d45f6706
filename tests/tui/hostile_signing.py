"""A desk that refuses to sign, and says so in a text from outside."""

from __future__ import annotations

from bunsui_core.desk.operator import Signing
from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer, Approval
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.domain.kin import Kin
from bunsui_core.domain.signing import Unlocked
from bunsui_core.domain.together import Decided, Together
from tests.builders import later


class HostileSigning:
    """Refuses every answer with the text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def decide(
        self,
        review: Review,
        answer: Answer,
        signing: Signing,
        reason: str = "",
        typed: str = "",
    ) -> Approval:
        """Refuse with the text."""
        raise NotAuthorised(self.text, self.text)

    def decide_together(
        self,
        reviews: tuple[Review, ...],
        answer: Answer,
        signing: Signing,
        reason: str = "",
        typed: str = "",
    ) -> Together:
        """Leave everything out because of the text."""
        return Together(items=(Decided(request_id=self.text, why_not=self.text),) * 2)

    def alike(self, approvals: tuple[Approval, ...]) -> tuple[Kin, ...]:
        """Return the requests that wait as one group."""
        waiting = tuple(one.request.id for one in approvals if one.status.value == "REQUESTED")
        return (Kin(request_ids=waiting, error=self.text),) if len(waiting) > 1 else ()

    def unlock(self, name: str, passphrase: str) -> Unlocked:
        """Refuse with the text."""
        raise NotAuthorised(self.text, self.text)

    def unlocked(self) -> Unlocked | None:
        """Say that a key of that name is open."""
        return Unlocked(approver=self.text, key_id=self.text, until=later(minutes=9))

    def lock(self) -> None:
        """Do nothing."""
