"""Requests that ask for the same about the same failure, and what is otherwise between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bunsui_core.domain.answer import Review
from bunsui_core.domain.approval import Approval, ApprovalStatus
from bunsui_core.domain.canonical import digest
from bunsui_core.domain.plan import (
    ControlSession,
    EnterJob,
    JobStep,
    RestartJob,
    StartSession,
    Step,
    step_job,
)
from bunsui_core.domain.policy_words import BEFORE
from bunsui_core.domain.safe import safe
from bunsui_core.domain.value import Value

MOST_TOGETHER = 50
"""How many requests are reviewed together at most: more of them nobody reads."""

LABEL = 13
"""Characters that the label of a line of a review takes."""

OWN = ("REVIEW ", "plan digest ", "EXPIRES ", f"POLICY       {BEFORE}")
"""How the lines of a review begin that are others in every review: its name, and its time."""


class Kin(Value):
    """Waiting requests that ask for the same about failures that said the same, oldest first."""

    request_ids: tuple[str, ...]
    error: str = ""


class Otherwise(Value):
    """One line of a review beside the first one's of the same label; either may be empty."""

    line: str
    usual: str


ErrorOf = Callable[[str, str], tuple[str, str]]
"""Gives what failures of a session's job have in common with those that are alike, and a name."""


def kin(approvals: Iterable[Approval], error_of: ErrorOf) -> tuple[Kin, ...]:
    """Return the waiting requests that can be reviewed together, each group of two or more.

    A plan of several steps is reviewed by itself.
    """
    alike: dict[tuple[str, ...], list[Approval]] = {}
    for one in approvals:
        if one.status is ApprovalStatus.REQUESTED and len(one.request.plan.steps) == 1:
            alike.setdefault(_asked(one), []).append(one)
    return tuple(
        found for many in alike.values() if len(many) > 1 for found in _by_error(many, error_of)
    )


def _by_error(many: list[Approval], error_of: ErrorOf) -> Iterable[Kin]:
    by_error: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for one in sorted(many, key=lambda one: (one.request.plan.created_at, one.request.id)):
        step = one.request.plan.steps[0]
        mark, error = error_of(step.session_id, step_job(step))
        by_error.setdefault(mark, []).append(one.request.id)
        names.setdefault(mark, error)
    for mark, ids in by_error.items():
        for at in range(0, len(ids), MOST_TOGETHER):
            some = tuple(ids[at : at + MOST_TOGETHER])
            if len(some) > 1:
                yield Kin(request_ids=some, error=names[mark])


def _asked(one: Approval) -> tuple[str, ...]:
    """What a request asks for, whichever session it is about; one approval stays one approval."""
    plan = one.request.plan
    kind_of_asker = plan.requester.partition(":")[0]
    approvers = sorted(signed.decision.approver for signed in one.decisions)
    place = (plan.environment, plan.account, plan.region)
    return (*place, kind_of_asker, plan.risk.value, *_does(plan.steps[0]), *approvers)


def _does(step: Step) -> tuple[str, ...]:
    match step:
        case StartSession():
            return (step.kind, step.pipeline, step.graph_hash)
        case ControlSession():
            return (step.kind, step.action.value)
        case _:
            return (step.kind, step.machine, step.job, str(step.downstream), *_way(step))


def _way(step: JobStep) -> tuple[str, ...]:
    match step:
        case EnterJob():
            return (step.state, str(step.input_edited))
        case RestartJob():
            return (str(step.input_edited),)
        case _:
            return ()


def otherwise(first: Review, other: Review) -> tuple[Otherwise, ...]:
    """Return every line of a review that the first one does not say, and what it says instead.

    A line of the first that has no counterpart comes too, with an empty one: nothing is left out.
    Where the same lines stand in another order or more often, the whole review comes.
    """
    mine, its = _lines(other), _lines(first)
    of_mine, of_its = set(mine), set(its)
    if [line for line in mine if line in of_its] != [line for line in its if line in of_mine]:
        return tuple(Otherwise(line=line, usual="") for line in mine)
    new = [line for line in mine if line not in of_its]
    gone = [line for line in its if line not in of_mine]
    told = []
    for line in new:
        usual = next((old for old in gone if _label(old) == _label(line)), "")
        if usual:
            gone.remove(usual)
        told.append(Otherwise(line=line, usual=usual))
    return (*told, *(Otherwise(line="", usual=old) for old in gone))


def is_about_others(one: Otherwise) -> bool:
    """Whether a line tells of other sessions: how often the like of it worked so far."""
    return (one.line or one.usual).startswith("ODDS ")


def flat(one: Otherwise) -> str:
    """Return a line that is otherwise as a part of a sentence."""
    label, text = (
        _label(one.line or one.usual).lower(),
        " ".join((one.line or one.usual)[LABEL:].split()),
    )
    return f"{label}: {text}" if one.line else f"it said {label}: {text}"


def _lines(review: Review) -> list[str]:
    """The lines of a review, each with the label under which it stands."""
    found, label = [], ""
    for line in review.document.splitlines():
        head = line[:LABEL].strip()
        label = head if head and line[:1].isupper() else label
        if line.strip() and not line.startswith(OWN):
            is_whole = line.startswith("| ") or bool(head)
            found.append(line if is_whole else f"{label:<{LABEL}}{line[LABEL:]}")
    return found


def _label(line: str) -> str:
    return "|" if line.startswith("| ") else line[:LABEL].strip()


def group_document(reviews: tuple[Review, ...]) -> str:
    """Return the first review whole and, of each other, its name and all that it says otherwise."""
    first, *others = reviews
    head = f"{len(reviews)} REQUESTS: the first whole, of each other all that it says otherwise"
    lines = [head, "", first.document.rstrip("\n")]
    for number, one in enumerate(others, 2):
        who, until = safe(one.plan.requester, 100, False), f"{one.plan.expires_at:%H:%M:%S} UTC"
        lines += ["", f"ALSO         {number}. request {one.plan.request_id}, asked by {who}"]
        lines += [f"             plan digest {one.plan.digest}", f"             expires {until}"]
        told = otherwise(first, one)
        lines += [line for each in told for line in _told(each)]
        lines += [] if told else ["             all of it as with the first"]
    return "\n".join(lines) + "\n"


def _told(one: Otherwise) -> list[str]:
    if one.line:
        return [one.line]
    return [f"NOT SO       {one.usual}"]


def group_code(reviews: tuple[Review, ...]) -> str:
    """Return what must be typed before requests of high risk are approved together, else nothing.

    It says how many they are and is another one for other requests, or if one of them changed.
    """
    if not any(one.typed_code for one in reviews):
        return ""
    shown = ",".join(sorted(one.shown_digest for one in reviews))
    return f"{len(reviews)}-{digest('bunsui/together/v1', shown.encode())[:4].upper()}"
