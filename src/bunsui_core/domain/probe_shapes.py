"""Whether what a probe was answered has the shapes that bunsui reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bunsui_core.domain.aws_shapes import ANSWERS, EVENT, EVENTS
from bunsui_core.domain.health import Check, Health
from bunsui_core.domain.probe import Recording
from bunsui_core.domain.shape import Fault, FaultKind, faults
from bunsui_core.domain.value import Json

MOST = 5
"""How many differences of a kind are told."""

REPORT = "Please report it with the output of `bunsui doctor --aws --yes --json`."


def shape_checks(seen: Recording) -> Iterator[Check]:
    """Yield whether every answer and event of a probe has its shape; nothing without answers."""
    if not seen.answers:
        return
    name, told = "shapes", list(dict.fromkeys(_answer_faults(seen)))
    wrong = [one.text for one in told if one.kind is FaultKind.WRONG]
    unknown = [one.text for one in told if one.kind is FaultKind.UNKNOWN]
    if not told:
        yield Check(name=name, health=Health.OK, found="every member is as expected")
    if wrong:
        yield Check(name=name, health=Health.FAIL, found=_some(wrong), next=REPORT)
    if unknown:
        yield Check(name="new members", health=Health.WARN, found=_some(unknown), next=REPORT)


def _answer_faults(seen: Recording) -> Iterator[Fault]:
    for label, one in seen.answers.items():
        if one.operation in ANSWERS and not one.code:
            yield from faults(ANSWERS[one.operation], dict(one.document), one.operation)
        if label.endswith(".history"):
            yield from _event_faults(seen.events(label))


def _event_faults(events: Iterable[dict[str, Json]]) -> Iterator[Fault]:
    for event in events:
        kind = str(event.get("type", ""))
        if kind not in EVENTS:
            yield Fault(kind=FaultKind.UNKNOWN, text=f"the event {kind} is not known")
            continue
        member, shape = EVENTS[kind]
        bare = {name: value for name, value in event.items() if name != member}
        yield from faults(EVENT, bare, kind)
        if member:
            yield from faults(shape, event.get(member), f"{kind}.{member}")


def _some(texts: list[str]) -> str:
    more = f"; and {len(texts) - MOST} more" if len(texts) > MOST else ""
    return "; ".join(texts[:MOST]) + more
