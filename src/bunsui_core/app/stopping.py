"""What a human signs to stop the rest of a plan; nothing of AWS has to be seen for it."""

from __future__ import annotations

from bunsui_core.domain.answer import Freshness, Review
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.partial import step_words


def stopping(standing: Approval, freshness: Freshness) -> Review:
    """Return what is stopped: how far the plan is, and what of it is not begun."""
    plan = standing.request.plan
    begun = {step.number for step in standing.effect.steps} if standing.effect else set[int]()
    left = [n for n in range(1, len(plan.steps) + 1) if n not in begun]
    document = "\n".join(
        (
            f"Stop the rest of {plan.request_id}",
            f"It is {standing.status.value}. {standing.note}".strip(),
            f"Begun: {len(begun)} of {len(plan.steps)} steps. What runs goes on to its end.",
            f"Not done any more: {len(left)} step{'s' * (len(left) != 1)}.",
            *(f"  {number}. {step_words(plan.steps[number - 1])}" for number in left),
        )
    )
    return Review(
        plan=plan,
        approval=standing,
        steps=(),
        requirement="self",
        typed_code="",
        document=document,
        shown_digest=text_digest(document),
        freshness=freshness,
    )
