"""Say whether running a failed job again is hopeless, unsafe, safe, or not known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bunsui_core.domain.diagnosis import Category, Confidence
from bunsui_core.domain.history import EXECUTION_EVIDENCE
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.value import Instant
from bunsui_core.domain.verdict import Case, Look, Mode, Reason, Ruling, Subject, Verdict

REDRIVE_WINDOW = timedelta(days=14)
"""How long after its close an execution can be redriven (Step Functions, RedriveExecution)."""

_DEPENDS_ON: Mapping[Category, frozenset[Subject]] = {
    Category.BAD_INPUT_DATA: frozenset({Subject.OBJECT, Subject.INPUT, Subject.CODE}),
    Category.CODE_BUG: frozenset({Subject.CODE}),
    Category.CONFIGURATION: frozenset(
        {Subject.CODE, Subject.DEFINITION, Subject.NESTED, Subject.INPUT}
    ),
    Category.MISSING_RESOURCE: frozenset(
        {Subject.OBJECT, Subject.CODE, Subject.DEFINITION, Subject.NESTED}
    ),
    Category.PERMISSION: frozenset({Subject.CODE, Subject.DEFINITION, Subject.NESTED}),
    Category.QUOTA_LIMIT: frozenset({Subject.CODE, Subject.INPUT, Subject.OBJECT}),
    Category.RESOURCE_EXHAUSTED: frozenset({Subject.CODE, Subject.INPUT, Subject.OBJECT}),
    Category.TIMEOUT: frozenset({Subject.CODE, Subject.DEFINITION, Subject.NESTED}),
}
"""What a change must touch to remove a cause of this category."""

_NOT_SEEN: Mapping[Category, str] = {
    Category.PERMISSION: "what the role may do",
    Category.QUOTA_LIMIT: "the quota",
    Category.RESOURCE_EXHAUSTED: "how much memory or disk it needs this time",
    Category.IMAGE_PULL: "the image registry",
    Category.MISSING_RESOURCE: "whether the named thing exists now",
    Category.CONFLICT: "what was in the way",
}
"""What such a cause also depends on and nobody here looks at."""

_REPEATABLE = frozenset({SideEffect.PURE, SideEffect.IDEMPOTENT})


def judge(mode: Mode, case: Case, now: Instant) -> Verdict:
    """Return what happens if the failed job runs again in this mode, with the reasons.

    HOPELESS claims certainty, so it needs a cause that was told plainly and looks that saw
    everything; whatever is missing makes it UNKNOWN.
    """
    refused = _ineligible(case, now) if mode is Mode.REDRIVE else ()
    if refused:
        return Verdict(mode=mode, ruling=Ruling.HOPELESS, reasons=refused)
    match case.diagnosis.transient:
        case True:
            return _may_succeed(mode, case, (_reason(case, "the cause frees itself with time"),))
        case False:
            return _of_lasting_cause(mode, case)
        case None:
            return _of_open_cause(mode, case)


def _ineligible(case: Case, now: Instant) -> tuple[Reason, ...]:
    """Why Step Functions would not redrive it, or would only fail again at once."""
    found = []
    failure = case.diagnosis.failure
    if case.redrive_status != "REDRIVABLE":
        told = case.redrive_status_reason or case.redrive_status or "it did not say why"
        found.append(_of_execution(case, f"Step Functions does not redrive it: {told}"))
    if failure.failed_at and now - failure.failed_at > REDRIVE_WINDOW:
        found.append(_of_execution(case, "it closed more than 14 days ago, too long for a redrive"))
    if failure.died_in_fail_state:
        told = f"it ended in the Fail state {failure.failed_state}, where a redrive fails again"
        found.append(_reason(case, told))
    return tuple(found)


def _of_open_cause(mode: Mode, case: Case) -> Verdict:
    """A cause that may pass or last: only a change of what it depends on speaks for a rerun."""
    looks = _looks_for(mode, case)
    if helping := _helping(case.diagnosis.category, looks):
        return _may_succeed(mode, case, tuple(_seen(look) for look in helping))
    told = "the evidence does not tell whether it would fail again"
    return _unknown(mode, (_reason(case, told),))


def _helping(category: Category, looks: tuple[Look, ...]) -> tuple[Look, ...]:
    """The looks that saw a change of something which a cause of this category depends on."""
    relevant = _DEPENDS_ON.get(category, frozenset())
    return tuple(look for look in looks if look.changed and look.subject in relevant)


def _of_lasting_cause(mode: Mode, case: Case) -> Verdict:
    category = case.diagnosis.category
    looks = _looks_for(mode, case)
    if mode is Mode.RESTART and case.input_edited:
        return _of_edited_input(case)
    relevant = _DEPENDS_ON.get(category, frozenset(Subject))
    if changed := tuple(look for look in looks if look.changed):
        if helping := tuple(look for look in changed if look.subject in relevant):
            return _may_succeed(mode, case, tuple(_seen(look) for look in helping))
        told = "something changed, but not what this cause depends on"
        return _unknown(mode, (_reason(case, told), *(_seen(look) for look in changed)))
    return _of_unchanged(mode, case, looks)


def _of_edited_input(case: Case) -> Verdict:
    """An edited input removes a cause that lies in the data, and no other."""
    diagnosis = case.diagnosis
    if diagnosis.category is Category.BAD_INPUT_DATA:
        told = _reason(case, "the input that it failed on is replaced")
        return _may_succeed(Mode.RESTART, case, (told,))
    told = _reason(case, f"the input is another, but the cause looks like {diagnosis.category}")
    return _unknown(Mode.RESTART, (told,))


def _of_unchanged(mode: Mode, case: Case, looks: tuple[Look, ...]) -> Verdict:
    diagnosis = case.diagnosis
    cause = _reason(case, f"the cause is {diagnosis.category}, which time does not cure")
    unseen = tuple(look for look in looks if look.changed is None)
    missing = _NOT_SEEN.get(diagnosis.category, "" if looks else "what it depends on")
    if diagnosis.confidence is Confidence.LOW:
        return _unknown(mode, (_reason(case, "the cause is only a guess"),))
    if unseen or missing:
        told = _reason(case, f"unchanged as far as seen{f', not seen: {missing}' * bool(missing)}")
        return _unknown(mode, (cause, told, *(_seen(look) for look in unseen)))
    return Verdict(
        mode=mode, ruling=Ruling.HOPELESS, reasons=(cause, *(_seen(look) for look in looks))
    )


def _looks_for(mode: Mode, case: Case) -> tuple[Look, ...]:
    """The looks that count: a redrive keeps the job's own definition, not those of machines below.

    Nested executions start anew.
    """
    if mode is Mode.REDRIVE:
        return tuple(look for look in case.looks if look.subject is not Subject.DEFINITION)
    return case.looks


def _may_succeed(mode: Mode, case: Case, why: tuple[Reason, ...]) -> Verdict:
    if mode is Mode.REDRIVE and case.diagnosis.failure.nested:
        why = (*why, _reason(case, "nested executions start anew, from their beginnings"))
    if case.effect in _REPEATABLE:
        told = _reason(case, f"its effect is {case.effect}: doing it twice changes nothing")
        return Verdict(mode=mode, ruling=Ruling.SAFE, reasons=(*why, told))
    told = _reason(case, f"its effect is {case.effect}: what was done before may be done twice")
    return Verdict(mode=mode, ruling=Ruling.UNSAFE, reasons=(*why, told))


def _unknown(mode: Mode, reasons: tuple[Reason, ...]) -> Verdict:
    return Verdict(mode=mode, ruling=Ruling.UNKNOWN, reasons=reasons)


def _reason(case: Case, text: str) -> Reason:
    """A reason that rests on the failure itself."""
    return _citing(case, f"E{case.diagnosis.failure.event_id}", text)


def _of_execution(case: Case, text: str) -> Reason:
    return _citing(case, EXECUTION_EVIDENCE, text)


def _citing(case: Case, cited: str, text: str) -> Reason:
    known = [evidence.id for evidence in case.diagnosis.evidence]
    return Reason(text=text, evidence=(cited if cited in known else known[0],))


def _seen(look: Look) -> Reason:
    """A reason that rests on a look, cited as `code:orders-validate`."""
    return Reason(text=look.text, evidence=(f"{look.subject}:{look.name}",))
