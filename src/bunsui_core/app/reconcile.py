"""Ask Step Functions about every execution that a record says was started or redriven."""

from __future__ import annotations

from dataclasses import dataclass, field

from bunsui_core.domain.chaining import Findings, Weight
from bunsui_core.domain.comparing import Case
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.reconciling import Deeds, reconcile
from bunsui_core.ports.observe import Executions
from bunsui_core.ports.store import Sessions

MOST_LOOKED_AT = 2000
"""How many executions are asked for, the first ones; more are said."""


@dataclass
class Reconciling:
    """Gathers what was done, and asks AWS about it at the end.

    `executions` may see in the archive what AWS has forgotten.
    """

    executions: Executions
    sessions: Sessions
    deeds: Deeds = field(default_factory=Deeds)
    session_ids: set[str] = field(default_factory=set)
    looked_at: int = 0

    def add(self, case: Case) -> None:
        """Take what is stored of a request."""
        self.deeds.add(case)
        self.session_ids |= {step.session_id for step in case.request.plan.steps}

    def look(self, findings: Findings) -> None:
        """Ask AWS, and tell what does not fit. Raises: NotAuthorised, Unavailable."""
        arns = self.deeds.arns
        if len(arns) > MOST_LOOKED_AT:
            text = f"{len(arns) - MOST_LOOKED_AT} executions were not looked at in AWS"
            findings.add(0, "", text, Weight.NOTE)
        wanted = arns[:MOST_LOOKED_AT]
        seen = {arn: self._seen(arn) for arn in wanted}
        self.looked_at = len(wanted)
        reconcile(self._of(wanted), seen, self._known(), findings)

    def _of(self, wanted: tuple[str, ...]) -> Deeds:
        """What was done to those executions that were looked at."""
        kept, deeds = set(wanted), self.deeds
        return Deeds(
            redrives={arn: one for arn, one in deeds.redrives.items() if arn in kept},
            starts={arn: one for arn, one in deeds.starts.items() if arn in kept},
            unused={arn: one for arn, one in deeds.unused.items() if arn in kept},
            subjects=deeds.subjects,
        )

    def _seen(self, arn: str) -> Observation | None:
        try:
            return self.executions.describe(arn)
        except NotFound:
            return None

    def _known(self) -> set[str]:
        """The executions that sessions know as their own."""
        found: set[str] = set()
        for session_id in self.session_ids:
            try:
                runs = self.sessions.get(session_id).runs
            except NotFound:
                continue
            found |= {one.execution_arn for run in runs for one in run.attempts}
        return found
