"""Lifting a freeze at a terminal, with a reason that is signed and a word that is typed for it."""

from __future__ import annotations

from collections.abc import Iterable

from bunsui_cli.person import Person
from bunsui_core.domain.answer import Review
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.safe import safe

LIFTING = "LIFT"
"""What is typed to lift a freeze, beside the reason."""


def lifting(human: Person, reviews: Iterable[Review], approver: str) -> str:
    """Return why the human lifts a freeze for what was shown; empty where none has to be lifted.

    Raises: Refused for who may not, and without a reason and the word.
    """
    frozen = next(filter(None, (_frozen(one, approver) for one in reviews)), "")
    if not frozen:
        return ""
    human.tell(f"It is {safe(frozen, 400, False)}.")
    reason = human.ask("Why lift the freeze? The reason is signed, recorded and shown: ")
    if not reason or human.ask(f"Type {LIFTING} to lift it for this alone: ") != LIFTING:
        raise Refused("the freeze was not lifted.", "Nothing was signed.")
    return reason


def _frozen(review: Review, approver: str) -> str:
    """Which freeze this approver has to lift for what was shown.

    Raises: Refused when she may not approve it, also not with a reason.
    """
    explained = review.explained
    signers = explained.signers if explained else ()
    signer = next((one for one in signers if one.name == approver), None)
    if explained is None or signer is None or not signer.why:
        return ""
    if not signer.with_reason:
        asked = review.plan.request_id
        raise Refused(f"{approver} may not approve {asked}: {signer.why}.", "Nothing was signed.")
    return explained.frozen.text if explained.frozen else ""
