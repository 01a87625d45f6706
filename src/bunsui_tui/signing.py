"""What is said of signing: an answer that is given, a key that is opened, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from textual.message import Message

from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer, Approval
from bunsui_core.domain.signing import Unlocked
from bunsui_core.domain.together import Together
from bunsui_tui.needs import Desk


@dataclass
class AnswerGiven(Message):
    """A human answers what was shown to them: one review, or several together."""

    reviews: tuple[Review, ...]
    answer: Answer
    approver: str
    passphrase: str = field(repr=False)
    reason: str = ""
    typed_code: str = ""
    break_glass: str = ""


@dataclass
class Decided(Message):
    """A human's answer was recorded."""

    approval: Approval
    answer: Answer


@dataclass
class DecidedTogether(Message):
    """A human's answer to several requests was recorded, or says of one why not."""

    together: Together
    answer: Answer


@dataclass
class TogetherOpened(Message):
    """Requests that ask for the same shall be reviewed together."""

    request_ids: tuple[str, ...]


@dataclass
class UnlockGiven(Message):
    """A human opens a key for some minutes."""

    approver: str
    passphrase: str = field(repr=False)


@dataclass
class KeyOpened(Message):
    """A key lies open."""

    unlocked: Unlocked


def answered(desk: Desk, given: AnswerGiven) -> Decided | DecidedTogether:
    """Sign and record an answer. Raises: NotAuthorised, Refused, Stale, NotFound."""
    # What signs is loaded only to decide.
    from bunsui_core.desk.operator import Signing

    signing = Signing(given.approver, given.passphrase, given.break_glass)
    if len(given.reviews) == 1:
        said = (given.reviews[0], given.answer, signing, given.reason, given.typed_code)
        return Decided(desk.decide(*said), given.answer)
    all_of_it = (given.reviews, given.answer, signing, given.reason, given.typed_code)
    return DecidedTogether(desk.decide_together(*all_of_it), given.answer)


def unlocked(desk: Desk, given: UnlockGiven) -> KeyOpened:
    """Open a key. Raises: NotAuthorised, Refused."""
    return KeyOpened(desk.unlock(given.approver, given.passphrase))
