"""Finish a step whose executor died after its intent: look first, and call only what was not."""

from __future__ import annotations

from bunsui_core.app.check import check
from bunsui_core.app.perform import (
    Deed,
    Hands,
    Stopped,
    call,
    keep_redriven,
    keep_restarted,
    redrives,
)
from bunsui_core.domain.approval import EffectState
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.joining import address
from bunsui_core.domain.plan import (
    ControlSession,
    EnterJob,
    MarkDone,
    RedriveJob,
    RestartJob,
    StartSession,
)
from bunsui_core.domain.traces import Trace, trace

NOT_CALLED = "nothing was called: its executor stopped before the call"


def repair(deed: Deed, intent: str) -> str:
    """Return what the step did; one that surely did nothing is checked and called anew.

    Raises: Stopped with DONE_AMBIGUOUS, NEEDS_HUMAN, STALE or FAILED.
    """
    if (done := settle(deed, intent)) is not None:
        return done
    check(deed)
    deed.lease.keep()
    deed.lease.must_hold()
    return call(deed, intent)


def settle(deed: Deed, intent: str) -> str | None:
    """Return what a step did, as the world shows it, or None when it surely did nothing.

    Nothing is called. Raises: Stopped when it cannot be told, or somebody else was faster.
    """
    step = deed.step
    match step:
        case RedriveJob():
            return _settle_redrive(step, deed)
        case RestartJob() | EnterJob():
            return _settle_restart(step, deed)
        case MarkDone():
            return _settle_mark(step, deed)
        case ControlSession():
            return _settle_control(step, deed, intent)
        case StartSession():
            return _settle_start(step, deed)


def _settle_redrive(step: RedriveJob, deed: Deed) -> str | None:
    more = redrives(step, deed.hands) - step.expect.redrive_count
    if more == 0:
        return None
    if more == 1:
        keep_redriven(step, deed)
        raise Stopped(
            EffectState.DONE_AMBIGUOUS,
            f"redriven once since the plan ({step.execution_arn}); by this request or by somebody "
            "else cannot be told, so it was not redriven again",
        )
    raise Stopped(
        EffectState.NEEDS_HUMAN,
        f"redriven {more} times since the plan: look at {step.execution_arn}",
    )


def _settle_restart(step: RestartJob | EnterJob, deed: Deed) -> str | None:
    arn = address(step.machine, step.execution_name)
    try:
        found = deed.hands.seeing.executions.describe(arn)
    except NotFound:
        return None
    if found.input is None or json_digest(found.input) != step.input_digest:
        why = f"{arn} was started by somebody else, with another input: look at it"
        raise Stopped(EffectState.NEEDS_HUMAN, why)
    keep_restarted(step, deed, arn)
    return arn


def _settle_mark(step: MarkDone, deed: Deed) -> str | None:
    match trace(step, deed.hands.store.sessions.get(step.session_id)):
        case Trace.OWN:
            return f"{step.job} is done with the output {step.output_digest[:12]}"
        case Trace.OTHER:
            why = f"nothing was called: job {step.job} began anew meanwhile"
            raise Stopped(EffectState.STALE, why)
    return None


def _settle_control(step: ControlSession, deed: Deed, intent: str) -> str | None:
    session = deed.hands.store.sessions.get(step.session_id)
    if session.wished_by == deed.token:
        return f"session {session.id} is {session.status}"
    if deed.intent != intent:
        raise Stopped(
            EffectState.DONE_AMBIGUOUS,
            f"{session.wished_by or 'somebody'} changed session {session.id} since, whether after "
            "this request or in its place cannot be told; nothing was called again",
        )
    return None


def _settle_start(step: StartSession, deed: Deed) -> str | None:
    if (owner := _owner(step.session_id, deed.hands)) is None:
        return None
    if owner != deed.request.id:
        why = f"nothing was called: session {step.session_id} is there by now"
        raise Stopped(EffectState.STALE, why)
    return step.session_id


def _owner(session_id: str, hands: Hands) -> str | None:
    try:
        return hands.store.sessions.get(session_id).request_id
    except NotFound:
        return None
