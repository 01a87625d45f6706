"""The cause of a failure, told to an agent."""

from __future__ import annotations

from bunsui_core.domain.answer import Analysis, SessionView
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.failure import Evidence, EvidenceKind, Failure
from bunsui_core.domain.nested import root_path, root_place
from bunsui_core.domain.operation import named
from bunsui_mcp.answers import AnalysisAnswer, EvidenceLine, OtherFailure
from bunsui_mcp.sessions import log_text
from bunsui_mcp.tell import clip, compact, few, page

_CAUSE = 600
_EVIDENCE = 5
_LOG_LINES = 20
_LOG_ROOM = 1_600
_OTHERS = 5
_INPUT = 1_700
"""Shared by the execution input, the state's input and the way down to the cause."""
_STATE_INPUT = 400
_WAY = 600
_STEP = 160


def analysis_answer(
    analysis: Analysis, view: SessionView, waiting: tuple[str, ...]
) -> AnalysisAnswer:
    """Return why the first diagnosed job failed, beside its open requests; or that none failed."""
    if not analysis.diagnoses:
        return _nothing_failed(analysis, view)
    first, *others = analysis.diagnoses
    failure, evidence = first.failure, _nearest(first)
    lines = page([log_text(line, 300) for line in reversed(first.logs)], "", _LOG_LINES, _LOG_ROOM)
    way, on = _way(failure), clip(failure.state_input or "", _STATE_INPUT)
    text = _execution_input(view, first)
    shown = clip(text, _INPUT - len(compact([*way, on]).encode()))
    return AnalysisAnswer(
        summary=_sentence(first),
        next=_after(first, others, waiting),
        as_of=view.freshness.as_of,
        source=view.freshness.source,
        session_id=first.session_id,
        job=first.job,
        attempt=first.attempt,
        failed_state_path=few(failure.state_path, 16),
        root_path=way,
        operation=clip(named(failure.resource, failure.task), 120),
        untrusted_state_input=on,
        error=clip(failure.error, 200),
        untrusted_cause=clip(failure.message or failure.cause, _CAUSE, newlines=True),
        category=first.category,
        alternatives=first.alternatives,
        transient=first.transient,
        action=first.action,
        confidence=first.confidence,
        untrusted_explanation=clip(first.summary, 500),
        evidence=tuple(map(_evidence_line, evidence[:_EVIDENCE])),
        untrusted_log_lines=tuple(reversed(lines.items)),
        logs_note=clip(first.logs_note, 300),
        execution_input=shown,
        execution_input_complete=shown == text,
        other_failures=tuple(map(_other_failure, others[:_OTHERS])),
        truncated=bool(lines.next_cursor) or len(evidence) > _EVIDENCE or len(others) > _OTHERS,
    )


def _nothing_failed(analysis: Analysis, view: SessionView) -> AnalysisAnswer:
    note = clip(analysis.note, 300)
    return AnalysisAnswer(
        summary=note or f"No job of session {clip(analysis.session_id, 100)} failed.",
        next="Nothing to recover; list_sessions with status FAILED finds what broke.",
        as_of=view.freshness.as_of,
        source=view.freshness.source,
        session_id=analysis.session_id,
        job="",
        attempt=0,
        failed_state_path=(),
        root_path=(),
        operation="",
        untrusted_state_input="",
        error="",
        untrusted_cause="",
        category=None,
        alternatives=(),
        transient=None,
        action=None,
        confidence=None,
        untrusted_explanation="",
        evidence=(),
        untrusted_log_lines=(),
        logs_note="",
        execution_input="",
        execution_input_complete=True,
        other_failures=(),
        truncated=False,
    )


def _way(failure: Failure) -> tuple[str, ...]:
    """The way down to the cause; of a long one the end, which is nearest to the cause."""
    steps = [clip(step, _STEP) for step in reversed(root_path(failure))]
    shown = page(steps, "", len(steps), _WAY)
    return (*(("…",) if shown.next_cursor else ()), *reversed(shown.items))


def _after(diagnosis: Diagnosis, others: list[Diagnosis], waiting: tuple[str, ...]) -> str:
    then = f" Then analyze_failure with job {others[0].job}." if others else ""
    if waiting:
        first = f"wait_for_approval with request_id {clip(waiting[0], 100)}"
        return f"{first}: this job has an open request.{then}"
    session_id = clip(diagnosis.session_id, 100)
    return f"propose_recovery with session_id {session_id} and job {diagnosis.job}.{then}"


def _nearest(diagnosis: Diagnosis) -> list[Evidence]:
    """The evidence nearest to the cause first; log lines are told apart where there are any."""
    told = [one for one in diagnosis.evidence if one.kind is not EvidenceKind.LOG]
    below = [one for one in told if one.id.startswith("N")]
    cited = [one for one in told if one.id == f"E{diagnosis.failure.event_id}" and below]
    lines = [] if diagnosis.logs else [one for one in diagnosis.evidence if one not in told]
    return [*cited, *reversed(below), *(one for one in told if one not in (*cited, *below)), *lines]


def _sentence(diagnosis: Diagnosis) -> str:
    lasting = {True: "It may pass by itself.", False: "It will not pass by itself."}
    told = "" if diagnosis.transient is None else f" {lasting[diagnosis.transient]}"
    deeper = root_place(diagnosis.failure)
    caused = f", caused in {clip(deeper, 120)}" if deeper else ""
    return (
        f"Job {diagnosis.job} failed in state {clip(diagnosis.failure.failed_state, 100)}{caused}: "
        f"{diagnosis.category}, confidence {diagnosis.confidence}.{told} "
        f"Suggested: {diagnosis.action}."
    )


def _other_failure(diagnosis: Diagnosis) -> OtherFailure:
    return OtherFailure(job=diagnosis.job, category=diagnosis.category)


def _evidence_line(evidence: Evidence) -> EvidenceLine:
    return EvidenceLine(
        id=clip(evidence.id, 60),
        source=clip(evidence.source, 120),
        untrusted_text=clip(evidence.text, 260),
    )


def _execution_input(view: SessionView, diagnosis: Diagnosis) -> str:
    run = view.session.run(diagnosis.job)
    last = run.last if run else None
    return last.input if last else ""
