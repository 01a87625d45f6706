"""The cause of a failure, told to an agent."""

from __future__ import annotations

from bunsui_core.domain.answer import Analysis, SessionView
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.failure import Evidence, EvidenceKind
from bunsui_mcp.answers import AnalysisAnswer, EvidenceLine, OtherFailure
from bunsui_mcp.sessions import log_text
from bunsui_mcp.tell import clip, few, page

_CAUSE = 700
_EVIDENCE = 5
_LOG_LINES = 20
_LOG_ROOM = 1_800
_INPUT = 1_800


def analysis_answer(analysis: Analysis, view: SessionView) -> AnalysisAnswer:
    """Return why the first diagnosed job failed, and which other jobs did; or that none failed."""
    if not analysis.diagnoses:
        return _nothing_failed(analysis, view)
    first, *others = analysis.diagnoses
    lines = page([log_text(line, 300) for line in reversed(first.logs)], "", _LOG_LINES, _LOG_ROOM)
    evidence = [one for one in first.evidence if one.kind is not EvidenceKind.LOG or not first.logs]
    text = _execution_input(view, first)
    shown = clip(text, _INPUT)
    return AnalysisAnswer(
        summary=_sentence(first),
        next=_after(view, first),
        as_of=view.freshness.as_of,
        source=view.freshness.source,
        session_id=first.session_id,
        job=first.job,
        attempt=first.attempt,
        failed_state_path=few(first.failure.state_path, 16),
        error=clip(first.failure.error, 200),
        untrusted_cause=clip(first.failure.message or first.failure.cause, _CAUSE, newlines=True),
        category=first.category,
        alternatives=first.alternatives,
        transient=first.transient,
        action=first.action,
        confidence=first.confidence,
        untrusted_explanation=clip(first.summary, 500),
        evidence=tuple(_evidence_line(one) for one in evidence[:_EVIDENCE]),
        untrusted_log_lines=tuple(reversed(lines.items)),
        logs_note=clip(first.logs_note, 300),
        execution_input=shown,
        execution_input_complete=shown == text,
        other_failures=tuple(
            OtherFailure(job=one.job, category=one.category) for one in others[:5]
        ),
        truncated=bool(lines.next_cursor) or len(evidence) > _EVIDENCE or len(others) > 5,
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


def _after(view: SessionView, diagnosis: Diagnosis) -> str:
    if view.open_requests:
        open_one = clip(view.open_requests[0], 100)
        return f"wait_for_approval with request_id {open_one}: this session has an open request."
    session_id = clip(diagnosis.session_id, 100)
    return f"propose_recovery with session_id {session_id} and job {diagnosis.job}."


def _sentence(diagnosis: Diagnosis) -> str:
    lasting = {True: "It may pass by itself.", False: "It will not pass by itself."}
    told = "" if diagnosis.transient is None else f" {lasting[diagnosis.transient]}"
    return (
        f"Job {diagnosis.job} failed in state {clip(diagnosis.failure.failed_state, 100)}: "
        f"{diagnosis.category}, confidence {diagnosis.confidence}.{told} "
        f"Suggested: {diagnosis.action}."
    )


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
