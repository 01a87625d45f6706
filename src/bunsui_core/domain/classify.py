"""Name the category of a failure by the codes and words in which it was reported."""

from __future__ import annotations

import re

from bunsui_core.domain.cause import CauseKind, read_cause
from bunsui_core.domain.diagnosis import Action, Category, Confidence
from bunsui_core.domain.failure import Failure
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.signs import ACTIONS, CODES, TRANSIENT, phrases, stem
from bunsui_core.domain.value import Value

_CODE_IN_TEXT = re.compile(
    r"\((\w+)\) when calling|Error ?Code:? (\w+)|"
    r"\b((?:[A-Za-z]\w{0,60}\.){0,8}[A-Z]\w{0,80}?(?:Exception|Error))\b|"
    r"^([A-Z][A-Za-z]{2,60}): |\b([A-Z]{2,30}(?:_[A-Z]{1,30}){1,6})\b|\(HTTP (\d{3})\)"
)
"""Codes of the SDK, of exceptions, at the start of a message, of query engines, of HTTP."""
_ORDER = tuple(Category)
_READ = 8_000
"""Characters of a message that are searched: its author may be hostile, and time is ours."""
_VAGUE = frozenset({"value", "data", "runtime", "service", "key", "type", "internal"})
"""Stems that name a category and often mean another."""
_CRASHED = frozenset({132, 134, 139})
"""Exit codes of SIGILL, SIGABRT and SIGSEGV; 137 is a kill for whatever reason, 1 is anything."""
_ALSO = {
    Category.BAD_INPUT_DATA: (Category.CODE_BUG,),
    Category.CODE_BUG: (Category.BAD_INPUT_DATA,),
    Category.CONFIGURATION: (Category.BAD_INPUT_DATA,),
    Category.TIMEOUT: (Category.RESOURCE_EXHAUSTED,),
}
"""What the same words may also mean, where nothing else was found."""


class Classification(Value):
    """The category of a failure, what else it may be, and what follows from it."""

    category: Category
    alternatives: tuple[Category, ...]
    transient: bool | None
    action: Action
    confidence: Confidence


def classify(failure: Failure) -> Classification:
    """Return the category that the failure's own words carry; `unknown` when they do not tell."""
    if failure.innermost.status is JobStatus.ABORTED:
        return _classified([Category.CANCELLED], Confidence.HIGH)
    stems = _stems(failure)
    named = {category for name in stems for category in CODES.get(name, ())}
    told = {c for c, phrase in phrases().items() if phrase.search(failure.message[:_READ])}
    found = sorted(named | told, key=_ORDER.index)
    if not found:
        return _by_circumstance(failure)
    is_plain = any(name in CODES and name not in _VAGUE for name in stems)
    is_sure = found[0] in named and (is_plain or found[0] in told)
    return _classified(found, Confidence.HIGH if is_sure else Confidence.MEDIUM)


def _classified(found: list[Category], confidence: Confidence) -> Classification:
    category = found[0]
    others = [c for c in (*found[1:], *_ALSO.get(category, ())) if c is not category]
    return Classification(
        category=category,
        alternatives=tuple(dict.fromkeys(others))[:2],
        transient=TRANSIENT[category],
        action=ACTIONS[category],
        confidence=confidence,
    )


def _by_circumstance(failure: Failure) -> Classification:
    """What is left when no word tells: who reported it, and the exit code, which says little."""
    inner = failure.innermost
    cause = read_cause(inner.error, inner.cause)
    if inner.status is JobStatus.TIMED_OUT:
        return _classified([Category.TIMEOUT], Confidence.HIGH)
    task = failure.task or cause.task
    if task and task.exit_code in _CRASHED:
        return _classified([Category.CODE_BUG], Confidence.MEDIUM)
    if cause.kind is CauseKind.LAMBDA and not inner.died_in_fail_state:
        return _classified([Category.CODE_BUG], Confidence.LOW)
    return _classified([Category.UNKNOWN], Confidence.LOW)


def _stems(failure: Failure) -> set[str]:
    """A Fail state's own words name no exception; those of the error behind it do."""
    inner = failure.innermost
    codes = [failure.exception, failure.error, inner.error]
    if inner.caught_path or not inner.died_in_fail_state:
        codes += ["".join(found) for found in _CODE_IN_TEXT.findall(failure.message[:_READ])]
    return {stem(code) for code in codes if code}
