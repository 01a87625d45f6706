"""What could be done about a failure, judged and ranked."""

from __future__ import annotations

from bunsui_core.domain.plan import Plan
from bunsui_core.domain.preview import Preview
from bunsui_core.domain.value import JsonText, Value
from bunsui_core.domain.verdict import Mode, Verdict


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
