"""Many sessions that failed alike, in the home of a test."""

from __future__ import annotations

from datetime import timedelta

from bunsui_core.adapters.local.control.effects import LocalEffects
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.domain.approval import StepEffect, StepState
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.waves import Fate
from bunsui_core.ports.control import Claim
from tests.builders import (
    ACCOUNT,
    INPUT,
    NOW,
    REGION,
    a_diagnosis,
    a_failed_attempt,
    a_failure,
    a_session,
    execution,
)
from tests.tui.home import Home

SAID = "Rate exceeded"


def throttled(home: Home, many: int) -> tuple[str, ...]:
    """Let sessions fail for want of a quota, a second apart; return their ids, the first first."""
    return tuple(_throttled(home, f"s-{number:03}", number) for number in range(many))


def _throttled(home: Home, session_id: str, seconds: int) -> str:
    arn = execution("extract", session_id=session_id)
    failed = JobRun(job="extract", attempts=(a_failed_attempt(execution_arn=arn),))
    runs = (failed, JobRun(job="transform"), JobRun(job="load"))
    home.store.sessions.save(a_session(id=session_id, runs=runs))
    home.world.add_failed(arn, INPUT)
    at = NOW + timedelta(seconds=seconds)
    failure = a_failure(execution_arn=arn, message=SAID, exception="", failed_at=at)
    told = {"failure": failure, "category": "throttling", "transient": True}
    home.store.diagnoses.put(a_diagnosis(session_id=session_id, **told))
    return session_id


def begin(home: Home, request_id: str) -> None:
    """Let an executor be under way: one session is recovered, the next one runs."""
    effects = LocalEffects(StoreWriter(home.settings.store_path, ACCOUNT, REGION))
    now = home.clock()
    claim = Claim(
        request_id=request_id, executor="e-1", now=now, lease_until=now + timedelta(minutes=1)
    )
    assert effects.claim(claim)
    for number, fate in ((1, Fate.SUCCEEDED), (2, None)):
        done = StepEffect(number=number, state=StepState.DONE, result="arn", at=now, fate=fate)
        effects.record(claim, done)
