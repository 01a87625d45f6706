"""Explain one failed job out of what was read."""

from __future__ import annotations

from bunsui_core.domain.classify import Classification, classify
from bunsui_core.domain.diagnosis import Category, Confidence, Diagnosis
from bunsui_core.domain.failure import Evidence, EvidenceKind, Failure, LogLine
from bunsui_core.domain.operation import function_name, machine_name, named
from bunsui_core.domain.value import Instant, Value

_CITED_LINES = 20
_QUOTE = 200

_SAYS = {
    Category.IMAGE_PULL: "the container image could not be fetched",
    Category.PERMISSION: "AWS refused it for want of permission",
    Category.THROTTLING: "something it calls allows no more requests for now",
    Category.RESOURCE_EXHAUSTED: "it ran out of memory, disk or another resource of its own",
    Category.CAPACITY: "the provider has no machines for it now",
    Category.QUOTA_LIMIT: "a fixed limit was exceeded",
    Category.CONFLICT: "another writer or an existing object was in the way",
    Category.MISSING_RESOURCE: "something it names does not exist",
    Category.TIMEOUT: "it did not finish within its time limit",
    Category.NETWORK: "the network did not carry it through",
    Category.SERVICE_FAULT: "a service it calls had an internal fault",
    Category.BAD_INPUT_DATA: "a value in its data or input has the wrong form",
    Category.CONFIGURATION: "a definition or setting is wrong",
    Category.CODE_BUG: "its own code raised an error",
    Category.CANCELLED: "somebody stopped it",
    Category.UNKNOWN: "the error does not tell why",
}


class Where(Value):
    """Which run of which job is explained."""

    session_id: str
    job: str
    attempt: int
    redrive_count: int


def diagnose(
    where: Where, failure: Failure, logs: tuple[LogLine, ...], logs_note: str, now: Instant
) -> Diagnosis:
    """Return why a job failed, on which evidence.

    Evidence is `E<id>` for events, `X1` for the execution, `L<n>` for log lines. The category
    rests on the events alone; log lines are shown beside it, for anybody can write one.
    """
    found = classify(failure)
    return Diagnosis(
        session_id=where.session_id,
        job=where.job,
        attempt=where.attempt,
        redrive_count=where.redrive_count,
        failure=failure,
        category=found.category,
        alternatives=found.alternatives,
        transient=found.transient,
        action=found.action,
        confidence=found.confidence,
        summary=_summary(where.job, failure, found),
        evidence=(*failure.evidence, *_lines_as_evidence(failure, logs)),
        logs=logs,
        logs_note=logs_note,
        made_at=now,
    )


def _summary(job: str, failure: Failure, found: Classification) -> str:
    place = f" in {where_it_broke(failure)}" if failure.state_path else ""
    runs = failure.task or function_name(failure.resource)
    operation = f" ({named(failure.resource, failure.task)})" if runs else ""
    hedge = {Confidence.HIGH: "", Confidence.MEDIUM: "probably ", Confidence.LOW: "perhaps "}
    says = _SAYS[found.category]
    if found.category is not Category.UNKNOWN:
        says = f"{hedge[found.confidence]}{says}"
    return f"{job} failed{place}{operation}: {says}{_quoted(failure)}."


def where_it_broke(failure: Failure) -> str:
    """Return the states that lead to what broke, through a Catch and through nested executions."""
    steps = [f"{_place(failure.state_path, failure.caught_path)}{_of_many(failure)}"]
    for one in failure.nested:
        state = _place(one.state_path, one.caught_path) or "an unknown state"
        steps.append(f"below it {machine_name(one.execution_arn)}, {one.note or f'in {state}'}")
    return ", ".join(steps)


def _of_many(failure: Failure) -> str:
    """How many iterations failed: one bad item is another trouble than all of them."""
    of = failure.iterations
    return f" ({of.failed} of {of.total} iterations failed)" if of else ""


def _place(path: tuple[str, ...], caught: tuple[str, ...]) -> str:
    ended = " > ".join(path)
    return f"{' > '.join(caught)} (caught, which ended in {ended})" if caught else ended


def _quoted(failure: Failure) -> str:
    """The outside words, marked as such and kept on one line."""
    words = " ".join(failure.message.split())
    if not words:
        return ""
    cut = f"{words[:_QUOTE]}…" if len(words) > _QUOTE else words
    if words == failure.error:
        return f"; the error is {cut}"
    is_named = not failure.exception.startswith("States.") and failure.exception not in {"", cut}
    return f"; {failure.exception} said “{cut}”" if is_named else f"; it said “{cut}”"


def _lines_as_evidence(failure: Failure, logs: tuple[LogLine, ...]) -> tuple[Evidence, ...]:
    """The last lines: what a function says before it dies stands at the end."""
    first = max(len(logs) - _CITED_LINES, 0)
    return tuple(
        Evidence(
            id=f"L{number}",
            kind=EvidenceKind.LOG,
            text=line.text[:4000],
            source=line.stream or failure.resource,
        )
        for number, line in enumerate(logs[first:], start=first + 1)
    )
