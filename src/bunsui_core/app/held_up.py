"""Hold a plan, which its asker wrote, against the session and the world as they are now."""

from __future__ import annotations

from bunsui_core.app.questioned import foreign
from bunsui_core.app.world import checks
from bunsui_core.domain.answer import Check
from bunsui_core.domain.approval import Request
from bunsui_core.domain.coherent import elsewhere, may_be_named
from bunsui_core.domain.plan import JobStep, Risk, StartSession
from bunsui_core.domain.previewing import preview_difference
from bunsui_core.domain.propose import Question, preview_for
from bunsui_core.domain.rerun import mismatch, step_risk
from bunsui_core.domain.session import Session
from bunsui_core.domain.verdict import Mode

TRUE, AS_PLANNED = "true to the session", "as planned"
"""What is found where a plan says what is so, and where that would run which it says."""


def true_to(step: JobStep, session: Session, request: Request) -> Check:
    """Return whether the plan names this session's own things, and no less risk than there is."""
    wrong = elsewhere(session, request.plan) or mismatch(step, session)
    if not wrong:
        return no_less_risky(request.plan.risk, step_risk(step, session))
    return Check(name="plan", expected=TRUE, found=wrong, holds=False)


def of_this_place(session: Session, request: Request) -> tuple[Check, ...]:
    """Return a check that fails if the session is of another environment; else none."""
    wrong = elsewhere(session, request.plan)
    return (Check(name="plan", expected=TRUE, found=wrong, holds=False),) if wrong else ()


def no_less_risky(said: Risk, own: Risk) -> Check:
    """Return whether a plan says no less risk than there is."""
    is_less = said.rank < own.rank
    found = f"the plan says {said.value} risk, it is {own.value}" if is_less else TRUE
    return Check(name="plan", expected=TRUE, found=found, holds=not is_less)


def still_so(step: JobStep, question: Question | None) -> tuple[Check, ...]:
    """Return each expectation of the plan beside what is there now."""
    if question is None:
        gone = Check(name="world", expected="visible", found="cannot be seen now", holds=False)
        return (gone,)
    return checks(step.expect, question.expect)


def as_planned(step: JobStep, question: Question | None, text: str) -> tuple[Check, ...]:
    """Return whether what would run, and with what, is what the plan says."""
    if question is None:
        return ()
    mode = Mode(step.kind)
    told = preview_difference(step.preview, preview_for(question, mode))
    if not told and foreign(step, text, question):
        told = "another input than the one that the request carries"
    return (Check(name="preview", expected=AS_PLANNED, found=told or AS_PLANNED, holds=not told),)


def nameable(step: StartSession) -> Check:
    """Return whether the session that would start has an id that one may have."""
    holds = may_be_named(step.session_id)
    found = "plain" if holds else "none that a session could have"
    return Check(name="session id", expected="plain", found=found, holds=holds)
