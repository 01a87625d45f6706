"""What could be done about a failure, judged and ranked."""

from __future__ import annotations

from bunsui_core.domain.plan import Plan
from bunsui_core.domain.value import JsonText, Value
from bunsui_core.domain.verdict import Mode, Verdict


class ReusedOutput(Value):
    """An output that stays as it is, with the sha256 of its text."""

    job: str
    output_digest: str


class Preview(Value):
    """Which jobs run, follow, are reused or stay untouched if a proposal is executed.

    `also_needs` are other failed jobs that those which follow wait for as well.
    """

    runs: tuple[str, ...]
    follows: tuple[str, ...]
    reused: tuple[ReusedOutput, ...]
    untouched: tuple[str, ...]
    also_needs: tuple[str, ...] = ()

    @property
    def following(self) -> str:
        """Which jobs follow, and what else they wait for; empty when none does."""
        too = f", once {', '.join(self.also_needs)} is repaired too" if self.also_needs else ""
        return f"{', '.join(self.follows)} (never ran){too}" if self.follows else ""


class Odds(Value):
    """How often the like of it worked; `is_prior` when this team has fewer than three tries."""

    successes: int
    tries: int
    low: float
    high: float
    is_prior: bool


class Proposal(Value):
    """One way to recover; `plan` is what a request for it would carry, with its input text."""

    proposal_id: str
    session_id: str
    job: str
    mode: Mode
    verdict: Verdict
    recommended: bool
    odds: Odds
    preview: Preview
    plan: Plan
    input: JsonText
