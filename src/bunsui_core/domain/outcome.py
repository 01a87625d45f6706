"""What followed a plan; feeds the odds of the next proposal."""

from __future__ import annotations

from collections.abc import Iterable

from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Instant, Value
from bunsui_core.domain.verdict import Mode


class Outcome(Value):
    """How the job of one executed plan ended; `waited_s` is from the failure to the rerun.

    `fidelity` is empty when exactly what was previewed ran, else it says what differed; there is
    no `category` where nothing had failed.
    """

    request_id: str
    session_id: str
    job: str
    mode: Mode
    category: Category | None
    result: JobStatus
    waited_s: int
    at: Instant
    fidelity: str = ""

    @property
    def worked(self) -> bool:
        """Whether the job succeeded."""
        return self.result is JobStatus.SUCCEEDED


def as_previewed(outcome: Outcome) -> str:
    """Return in words whether what ran is what a human was shown before."""
    if outcome.fidelity:
        return f"ran otherwise than previewed: {outcome.fidelity}"
    return "ran exactly as previewed"


def followed(request_id: str, outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Return what came of a request; of a plan in waves, of each of its steps."""
    steps = f"{request_id}/"
    return tuple(
        one for one in outcomes if one.request_id == request_id or one.request_id.startswith(steps)
    )
