"""What is asked of a human who answers: what must be typed, in which order, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.explaining import Explained, Signer
from bunsui_core.domain.signing import Proof, Unlocked, proof_of
from bunsui_core.domain.trust import Approver

CODE, APPROVER, REASON, PASSPHRASE = "code", "approver", "reason", "passphrase"
GLASS, LIFT, YES = "glass", "lift", "yes"

LIFTING = "LIFT"
"""What is typed to confirm that a freeze is lifted."""


@dataclass(frozen=True)
class Ask:
    """One thing to type, in front of what it is asked with.

    `wants` is the only thing that may be typed, if there is one; `then` gives the question that
    follows, where it depends on what was typed.
    """

    name: str
    label: str
    wants: str = ""
    is_hidden: bool = False
    is_loud: bool = False
    may_be_empty: bool = False
    then: Callable[[str], Ask] | None = None


@dataclass(frozen=True)
class Signatory:
    """Who may answer here now, and whose key lies open."""

    approvers: tuple[Approver, ...]
    unlocked: Unlocked | None = None

    def named(self, name: str) -> Approver | None:
        """The approver of that name, if she may answer."""
        return next((one for one in self.approvers if one.name == name), None)

    @property
    def opened(self) -> Approver | None:
        """The approver whose key lies open, if she may answer."""
        return self.named(self.unlocked.approver) if self.unlocked else None

    @property
    def last_typed(self) -> str:
        """What is typed last, before anything is signed."""
        if self.opened:
            return "y"
        proofs = {proof_of(one.holder) for one in self.approvers}
        return "your name" if proofs == {Proof.NAME} else "your passphrase"


def able(approvers: tuple[Approver, ...], reviews: tuple[Review, ...]) -> tuple[Approver, ...]:
    """Return who of the trusted may approve all that is shown, some with a typed reason."""
    told = [one.explained for one in reviews if one.explained]
    return tuple(
        one
        for one in approvers
        if one.revoked_at is None and all(_may(one.name, explained) for explained in told)
    )


def _may(name: str, explained: Explained) -> bool:
    found = _signer(name, explained)
    return found is not None and (not found.why or found.with_reason)


def _signer(name: str, explained: Explained) -> Signer | None:
    return next((one for one in explained.signers if one.name == name), None)


def why_nobody(reviews: tuple[Review, ...]) -> str:
    """Return why nobody may approve what is shown, as far as a single sentence says it."""
    for one in (review.explained for review in reviews):
        if one is None or any(not who.why or who.with_reason for who in one.signers):
            continue
        if one.signers:
            return f"{one.signers[0].name} may not approve it: {one.signers[0].why}"
        return one.short or "nobody is trusted to approve it"
    return "no approver may approve all of it"


def why_no_key(reviews: tuple[Review, ...]) -> str:
    """Return why nobody can answer from this machine: nobody is trusted, or their keys are not."""
    names = [who.name for one in reviews if one.explained for who in one.explained.signers]
    known = ", ".join(dict.fromkeys(names))
    if known:
        return f"no key of {known} is on this machine"
    return "nobody can approve here yet; quit and run `bunsui approvers init`"


def frozen(reviews: tuple[Review, ...]) -> str:
    """Return which freeze must be lifted before what is shown can be approved; empty for none."""
    return next(
        (
            one.explained.frozen.text
            for one in reviews
            if one.explained
            and one.explained.frozen
            and any(who.with_reason for who in one.explained.signers)
        ),
        "",
    )


def questions(
    answer: Answer, reviews: tuple[Review, ...], code: str, who: Signatory
) -> tuple[Ask, ...]:
    """Return what is asked before an answer is signed."""
    asks = []
    if answer is Answer.REJECT:
        asks.append(Ask(REASON, "reason", may_be_empty=True))
    else:
        if held := frozen(reviews):
            asks.append(Ask(GLASS, f"it is {held}; why lift the freeze?", is_loud=True))
            asks.append(Ask(LIFT, f"type {LIFTING} to lift it", wants=LIFTING, is_loud=True))
        if code:
            asks.append(Ask(CODE, f"type {code} (high risk)", wants=code))
    return (*asks, *_proof(who))


def _proof(who: Signatory) -> tuple[Ask, ...]:
    """What makes her key sign: her passphrase, her name, or a `y` while her key lies open."""
    if who.opened:
        return (Ask(YES, f"type y to sign as {who.opened.name}, whose key is open", wants="y"),)
    if len(who.approvers) == 1:
        return (proof_asked(who.approvers[0]),)

    def then(name: str) -> Ask:
        found = who.named(name.strip())
        return proof_asked(found) if found else Ask(PASSPHRASE, "passphrase", is_hidden=True)

    return Ask(APPROVER, "your name as approver", then=then), then("")


def proof_asked(approver: Approver) -> Ask:
    """Return what an approver types so that her key signs."""
    if proof_of(approver.holder) is Proof.NAME:
        return Ask(PASSPHRASE, f"type your name, {approver.name}: KMS signs without a passphrase")
    said = f"passphrase of {approver.name} ({approver.role.value})"
    return Ask(PASSPHRASE, said, is_hidden=True)
