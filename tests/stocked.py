"""A home whose store holds something of every kind."""

from __future__ import annotations

from bunsui_core.adapters.local.watching import LocalSightings, LocalWatches
from bunsui_core.domain.approval import StepEffect, Withdrawal
from bunsui_core.ports.control import Claim
from bunsui_core.ports.store import Archived, Store
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import store
from tests.builders import (
    NOW,
    REQUEST_ID,
    a_diagnosis,
    a_pipeline,
    a_request,
    a_session,
    a_signed_decision,
    an_outcome,
    execution,
    later,
)
from tests.contract.test_sightings import seen
from tests.contract.test_watches import a_report, watched
from tests.local_home import LocalHome

DIGEST = "ab" * 32


def remembered(home: LocalHome) -> Store:
    """All that is remembered in a home."""
    return store(Settings(home=home.folder), home.writer)


def stock(home: LocalHome) -> None:
    """Store something of every kind."""
    kept = remembered(home)
    home.plant_approver(home.trust())
    kept.pipelines.put(a_pipeline())
    session = kept.sessions.save(a_session())
    for _ in range(3):
        session = kept.sessions.save(session)
    kept.diagnoses.put(a_diagnosis())
    kept.outcomes.put(an_outcome())
    archived = Archived(
        execution_arn=execution("extract"), redrive_count=0, sha256=DIGEST, at=later(minutes=2)
    )
    kept.archive.put(archived)
    LocalWatches(home.writer).put_machines((watched("orders"),))
    LocalWatches(home.writer).put_report(a_report())
    LocalSightings(home.writer).put((seen("one"),))
    request = a_request("because")
    kept.requests.submit(request)
    kept.requests.withdraw(
        Withdrawal(request_id=REQUEST_ID, by=request.plan.requester, reason="no", at=NOW)
    )
    home.decisions.append(a_signed_decision(request))
    claim = Claim(request_id=REQUEST_ID, executor="w", now=NOW, lease_until=later(minutes=1))
    home.effects.claim(claim)
    home.effects.record(
        claim, StepEffect.model_validate({"number": 1, "state": "DONE", "result": "x", "at": NOW})
    )
    for subject in ("r-1", "r-2"):
        home.audit.append("requested", subject, "agent:claude", DIGEST, NOW)
