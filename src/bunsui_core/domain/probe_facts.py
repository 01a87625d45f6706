"""What bunsui takes for true of Step Functions, held against what a probe saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bunsui_core.domain.classify import classify
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.health import Check, Health
from bunsui_core.domain.probe import Case, Recording
from bunsui_core.domain.probe_shapes import REPORT, shape_checks
from bunsui_core.domain.value import Json

Event = dict[str, Json]


@dataclass(frozen=True)
class Fact:
    """A claim, the steps it rests on, and what was found where it does not hold."""

    name: str
    claim: str
    needs: tuple[str, ...]
    difference: Callable[[Recording], str]


def judged(seen: Recording) -> tuple[Check, ...]:
    """Return a row for each claim, and for the shapes of what was answered."""
    return (*(_row(fact, seen) for fact in FACTS), *shape_checks(seen))


def _row(fact: Fact, seen: Recording) -> Check:
    if missing := [label for label in fact.needs if label not in seen.answers]:
        return Check(
            name=fact.name,
            health=Health.SKIPPED,
            found=f"the probe did not come to it ({missing[0]})",
            next="See the row `probe`.",
        )
    difference = fact.difference(seen)
    if difference:
        found = f"{fact.claim}: not so, {difference}"
        return Check(name=fact.name, health=Health.FAIL, found=found, next=REPORT)
    return Check(name=fact.name, health=Health.OK, found=fact.claim)


def _goes_on(seen: Recording) -> str:
    before, after = seen.document("evaluates.failed"), seen.document("evaluates.redriven")
    return _differences(
        (before.get("status"), "FAILED", "the status before"),
        (before.get("redriveStatus"), "REDRIVABLE", "the redrive status before"),
        (after.get("status"), "SUCCEEDED", "the status after"),
        (after.get("redriveCount"), 1, "the redrive count after"),
        (after.get("executionArn"), before.get("executionArn"), "the ARN after"),
    )


def _appends(seen: Recording) -> str:
    before = seen.events("evaluates.failed.history")
    after = seen.events("evaluates.redriven.history")
    if after[: len(before)] != before:
        return "the events before the redrive changed"
    first = after[len(before)] if len(after) > len(before) else {}
    details = first.get("executionRedrivenEventDetails")
    entered = [_name(one) for one in after[len(before) :] if _type(one).endswith("StateEntered")]
    return _differences(
        (_type(first), "ExecutionRedriven", "the first new event"),
        (first.get("id"), len(before) + 1, "its id"),
        (
            details.get("redriveCount") if isinstance(details, dict) else None,
            1,
            "its redrive count",
        ),
        ("Which" in entered, False, "whether the first state was entered again"),
    )


def _names_state(seen: Recording) -> str:
    events = seen.events("evaluates.failed.history")
    told = next((one for one in events if _type(one) == "EvaluationFailed"), {})
    details = told.get("evaluationFailedEventDetails")
    entered = next((one for one in events if _name(one) == "Evaluates"), {})
    return _differences(
        (details.get("state") if isinstance(details, dict) else None, "Evaluates", "its state"),
        (told.get("previousEventId"), entered.get("previousEventId"), "its previous event"),
    )


def _token(seen: Recording) -> str:
    once, again = seen.answers["evaluates.redrive"], seen.answers["evaluates.redrive.again"]
    return _differences((once.code, "", "the first answer"), (again.code, "", "the second answer"))


def _same_definition(seen: Recording) -> str:
    told = str(seen.document("definition").get("definition"))
    return _differences(
        ('"Changed"' in told, False, "whether the definition as of the execution is the new one"),
        (seen.document("raises.redriven").get("error"), "Probe", "the error after the redrive"),
        (seen.document("raises.redriven").get("redriveCount"), 1, "the redrive count"),
        (seen.document("raises.redriven").get("status"), "FAILED", "the status"),
    )


def _retries(seen: Recording) -> str:
    counts = [
        sum(_type(one) == "TaskScheduled" for one in seen.events(f"calls.{label}.history"))
        for label in ("failed", "redriven")
    ]
    return _differences((counts, [2, 4], "how often it was called before and after"))


def _chain(seen: Recording) -> str:
    events = seen.events("calls.failed.history")
    types = [_type(one) for one in events if _type(one).startswith("Task")]
    back = {one.get("id"): one.get("previousEventId") for one in events}
    ids = [one.get("id") for one in events if _type(one) in _CALL]
    linked = [back[later] for later in ids[1:]] == ids[:-1]
    return _differences(
        (types, ["TaskStateEntered", *_CALL, *_CALL], "its events"),
        (linked, True, "whether each points at the one before"),
    )


_CALL = ("TaskScheduled", "TaskStarted", "TaskFailed")


def _iterations(seen: Recording) -> str:
    begun = [
        str(details.get("index"))
        for one in seen.events("maps.redriven.history")
        if _type(one) == "MapIterationStarted"
        and isinstance(details := one.get("mapIterationStartedEventDetails"), dict)
    ]
    return _differences((begun.count("0"), 1, "how often the first iteration began"))


def _refused(seen: Recording) -> str:
    return _differences((seen.code("refused"), "ExecutionNotRedrivable", "the answer"))


def _idempotent(seen: Recording) -> str:
    first = seen.document("waits.start").get("executionArn")
    return _differences(
        (seen.document("waits.again").get("executionArn"), first, "what the same start answered"),
        (seen.code("waits.other"), _EXISTS, "what another input was answered"),
        (seen.code("waits.closed"), _EXISTS, "what was answered after the end"),
    )


_EXISTS = "ExecutionAlreadyExists"


def _stopped(seen: Recording) -> str:
    found = seen.document("waits.stopped")
    return _differences(
        (found.get("status"), "ABORTED", "its status"),
        (found.get("error"), "Stopped", "its error"),
        (found.get("redriveStatus"), "REDRIVABLE", "its redrive status"),
    )


def _variables(seen: Recording) -> str:
    told = str(seen.document("evaluates.redriven").get("output", ""))
    return _differences((told.replace(" ", ""), '{"kept":"evaluates"}', "its output"))


def _explained(seen: Recording) -> str:
    found = {case: (one.state_path, classify(one).category) for case, one in seen.failures.items()}
    expected = {
        Case.EVALUATES: (("Evaluates",), Category.CONFIGURATION),
        Case.RAISES: (("Raises",), Category.UNKNOWN),
        Case.CALLS: (("Calls",), Category.PERMISSION),
        Case.MAPS: (("Maps[1]", "Item"), Category.CONFIGURATION),
        Case.WAITS: (("Waits",), Category.CANCELLED),
    }
    return _differences(*((found.get(case), one, case.value) for case, one in expected.items()))


FACTS = (
    Fact(
        "redrive",
        "a redrive goes on in the same execution and counts up",
        ("evaluates.failed", "evaluates.redriven"),
        _goes_on,
    ),
    Fact(
        "redrive history",
        "a redrive appends to the history and goes on at the failed state",
        ("evaluates.failed.history", "evaluates.redriven.history"),
        _appends,
    ),
    Fact(
        "redrive token",
        "a redrive with the same token is answered alike and not made twice",
        ("evaluates.redrive", "evaluates.redrive.again"),
        _token,
    ),
    Fact(
        "redrive refused",
        "what succeeded cannot be redriven",
        ("refused",),
        _refused,
    ),
    Fact(
        "definition",
        "a redrive keeps the definition of its execution, and a Fail state fails again",
        ("definition", "raises.redriven"),
        _same_definition,
    ),
    Fact(
        "retries",
        "retries are counted anew after a redrive",
        ("calls.failed.history", "calls.redriven.history"),
        _retries,
    ),
    Fact(
        "iterations",
        "a redrive of an inline Map runs only what did not succeed",
        ("maps.redriven.history",),
        _iterations,
    ),
    Fact(
        "variables",
        "a redrive knows the variables that were assigned before",
        ("evaluates.redriven",),
        _variables,
    ),
    Fact(
        "diagnosis",
        "each failure is led back to its state, and to its category",
        ("change",),
        _explained,
    ),
    Fact(
        "event chain",
        "the events of a call point back at one another",
        ("calls.failed.history",),
        _chain,
    ),
    Fact(
        "evaluation",
        "an evaluation that failed names its state and points before it",
        ("evaluates.failed.history",),
        _names_state,
    ),
    Fact(
        "start again",
        "a name and an input start one execution while it runs, and none after",
        ("waits.start", "waits.again", "waits.other", "waits.closed"),
        _idempotent,
    ),
    Fact(
        "stop",
        "a stopped execution is ABORTED in the words given, and can be redriven",
        ("waits.stopped",),
        _stopped,
    ),
)
"""Each claim that the diagnosis, the verdicts and the executor rest on."""


def _differences(*claims: tuple[object, object, str]) -> str:
    """What differs, in words: found, expected, and what it is."""
    return "; ".join(
        f"{what} is {found!r}" for found, expected, what in claims if found != expected
    )


def _type(event: Event) -> str:
    return str(event.get("type", ""))


def _name(event: Event) -> str:
    details = event.get("stateEnteredEventDetails")
    return str(details.get("name")) if isinstance(details, dict) else ""
