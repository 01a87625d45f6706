"""Say whether running a failed job again is hopeless, unsafe, safe, or not known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from bunsui_core.domain.diagnosis import Category, Confidence
from bunsui_core.domain.history import EXECUTION_EVIDENCE
from bunsui_core.domain.named import words_of
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.reasons import seen, unchanged
from bunsui_core.domain.signs import stem
from bunsui_core.domain.value import Instant
from bunsui_core.domain.verdict import Case, Look, Mode, Reason, Ruling, Subject, Verdict

REDRIVE_WINDOW = timedelta(days=14)
"""How long after its close an execution can be redriven (Step Functions, RedriveExecution)."""

_OF_CODE = {Subject.CODE, Subject.SETTINGS, Subject.TASK, Subject.IMAGE}
_OF_DEFINITION = {Subject.DEFINITION, Subject.NESTED}

_DEPENDS_ON: Mapping[Category, frozenset[Subject]] = {
    Category.BAD_INPUT_DATA: frozenset(
        {Subject.OBJECT, Subject.INPUT, Subject.CODE, Subject.TASK, Subject.IMAGE, Subject.THING}
    ),
    Category.CODE_BUG: frozenset(_OF_CODE),
    Category.CONFIGURATION: frozenset({*_OF_CODE, *_OF_DEFINITION, Subject.INPUT, Subject.THING}),
    Category.MISSING_RESOURCE: frozenset(
        {*_OF_CODE, *_OF_DEFINITION, Subject.OBJECT, Subject.THING}
    ),
    Category.IMAGE_PULL: frozenset({Subject.IMAGE, Subject.THING, Subject.TASK, *_OF_DEFINITION}),
    Category.NETWORK: frozenset({*_OF_CODE, *_OF_DEFINITION, Subject.INPUT}),
    Category.PERMISSION: frozenset({*_OF_CODE, *_OF_DEFINITION, Subject.GRANT, Subject.POLICY}),
    Category.QUOTA_LIMIT: frozenset({*_OF_CODE, *_OF_DEFINITION, Subject.INPUT, Subject.OBJECT}),
    Category.RESOURCE_EXHAUSTED: frozenset(
        {*_OF_CODE, Subject.LIMITS, Subject.INPUT, Subject.OBJECT}
    ),
    Category.TIMEOUT: frozenset({*_OF_CODE, *_OF_DEFINITION, Subject.LIMITS}),
}
"""What a change must touch to remove a cause of this category."""

_NOT_SEEN: Mapping[Category, str] = {
    Category.QUOTA_LIMIT: "the quota",
    Category.RESOURCE_EXHAUSTED: "how much memory or disk it needs this time",
    Category.CONFLICT: "what was in the way",
}
"""What such a cause also depends on and nobody here looks at."""

_UNRESOLVED = re.compile(
    r"name or service not known|nodename nor servname|enotfound|unknownhost|"
    r"could not translate host name|no address associated with hostname",
    re.IGNORECASE,
)
"""A name that does not resolve may be a wrong one, which time does not cure."""

_FIXED = frozenset({"datalimitexceeded", "requestentitytoolarge", "requesttoolarge"})
"""Stems of limits that no account can have raised (Step Functions and Lambda, "Quotas")."""

_REPEATABLE = frozenset({SideEffect.PURE, SideEffect.IDEMPOTENT})


def judge(mode: Mode, case: Case, now: Instant) -> Verdict:
    """Return what happens if the failed job runs again in this mode, with the reasons.

    HOPELESS claims certainty, so it needs a cause that was told plainly and looks that saw
    everything; whatever is missing makes it UNKNOWN. What a human says the output is, only that
    human can vouch for.
    """
    if mode is Mode.MARK_DONE:
        told = "nothing runs; whether the output that is given is right, nothing here tells"
        return _unknown(mode, (_reason(case, told),))
    refused = _ineligible(case, now) if mode is Mode.REDRIVE else ()
    if refused:
        return Verdict(mode=mode, ruling=Ruling.HOPELESS, reasons=refused)
    match case.diagnosis.transient:
        case True if _UNRESOLVED.search(words_of(case.diagnosis.failure)):
            return _of_open_cause(mode, case)
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
    if helping := _helping(case, looks, frozenset()):
        return _may_succeed(mode, case, tuple(seen(look) for look in helping))
    if case.diagnosis.category is Category.IMAGE_PULL and any(look.is_missing for look in looks):
        return _of_unchanged(mode, case, looks)
    told = "the evidence does not tell whether it would fail again"
    return _unknown(mode, (_reason(case, told),))


def _helping(
    case: Case, looks: tuple[Look, ...], otherwise: frozenset[Subject]
) -> tuple[Look, ...]:
    """The looks that saw a change of something which a cause of this category depends on.

    Where the failure itself names an object, another object is not what it failed on.
    """
    relevant = _relevant(case.diagnosis.category, looks, otherwise)
    words = words_of(case.diagnosis.failure)
    objects = [look.name for look in looks if look.subject is Subject.OBJECT]
    named = {name for name in objects if name in words}
    return tuple(
        look
        for look in looks
        if look.changed
        and look.subject in relevant
        and not (look.subject is Subject.OBJECT and named and look.name not in named)
    )


def _relevant(
    category: Category, looks: tuple[Look, ...], otherwise: frozenset[Subject]
) -> frozenset[Subject]:
    """Which action was denied is not always told: then any change of what the role may counts."""
    relevant = _DEPENDS_ON.get(category, otherwise)
    is_told = any(look.subject is Subject.GRANT for look in looks)
    if category is Category.PERMISSION and not is_told:
        return relevant | {Subject.ROLE}
    return relevant


def _of_lasting_cause(mode: Mode, case: Case) -> Verdict:
    looks = _looks_for(mode, case)
    if mode is not Mode.REDRIVE and case.input_edited:
        return _of_edited_input(mode, case)
    if changed := tuple(look for look in looks if look.changed):
        if helping := _helping(case, looks, frozenset(Subject)):
            return _may_succeed(mode, case, tuple(seen(look) for look in helping))
        told = "something changed, but not what this cause depends on"
        return _unknown(mode, (_reason(case, told), *(seen(look) for look in changed)))
    return _of_unchanged(mode, case, looks)


def _of_edited_input(mode: Mode, case: Case) -> Verdict:
    """An edited input removes a cause that lies in the data, and no other."""
    diagnosis = case.diagnosis
    if diagnosis.category is Category.BAD_INPUT_DATA:
        told = _reason(case, "the input that it failed on is replaced")
        return _may_succeed(mode, case, (told,))
    told = _reason(case, f"the input is another, but the cause looks like {diagnosis.category}")
    return _unknown(mode, (told,))


def _of_unchanged(mode: Mode, case: Case, looks: tuple[Look, ...]) -> Verdict:
    diagnosis = case.diagnosis
    cause = _reason(case, f"the cause is {diagnosis.category}, which time does not cure")
    unseen = tuple(look for look in looks if look.changed is None)
    if any(one.is_anew for one in case.again if one.mode is mode):
        anew = "the states before it run again, and may hand on something else than they did"
        return _unknown(mode, (cause, _reason(case, anew)))
    missing = _missing(case, looks)
    if diagnosis.confidence is Confidence.LOW:
        return _unknown(mode, (_reason(case, "the cause is only a guess"),))
    if unseen or missing:
        told = _reason(case, f"unchanged as far as seen{f', not seen: {missing}' * bool(missing)}")
        return _unknown(mode, (cause, told, *(seen(look) for look in unseen)))
    return Verdict(mode=mode, ruling=Ruling.HOPELESS, reasons=(cause, *unchanged(looks)))


def _missing(case: Case, looks: tuple[Look, ...]) -> str:
    """What the cause also depends on and no look saw."""
    if not looks:
        return "what it depends on"
    failure, subjects = case.diagnosis.failure, {look.subject for look in looks}
    match case.diagnosis.category:
        case Category.PERMISSION:
            return "" if subjects & {Subject.GRANT, Subject.ROLE} else "what the role may do"
        case Category.MISSING_RESOURCE | Category.IMAGE_PULL:
            is_named = any(look.is_missing for look in looks)
            return "" if is_named else "whether the named thing exists now"
        case Category.QUOTA_LIMIT if {stem(failure.error), stem(failure.exception)} & _FIXED:
            return ""
        case category:
            return _NOT_SEEN.get(category, "")


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
    effect, told = _again(mode, case)
    ruling = Ruling.SAFE if effect in _REPEATABLE else Ruling.UNSAFE
    return Verdict(mode=mode, ruling=ruling, reasons=(*why, _reason(case, told)))


def _again(mode: Mode, case: Case) -> tuple[SideEffect, str]:
    """What the mode would do twice; where that is not known, all that the job does."""
    if known := next((one for one in case.again if one.mode is mode), None):
        return known.effect, known.text
    if case.effect in _REPEATABLE:
        return case.effect, f"its effect is {case.effect}: doing it twice changes nothing"
    return case.effect, f"its effect is {case.effect}: what was done before may be done twice"


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
