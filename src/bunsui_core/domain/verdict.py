"""Is a rerun hopeless, unsafe, safe or unknown, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.value import Instant, Value


class Mode(StrEnum):
    """How a failed job is recovered, in the order of preference."""

    REDRIVE = "redrive"
    ENTER_AT = "enter_at"
    RESTART = "restart"
    MARK_DONE = "mark_done"


class Ruling(StrEnum):
    """The answer to: what happens if it runs again?"""

    HOPELESS = "HOPELESS"
    UNSAFE = "UNSAFE"
    SAFE = "SAFE"
    UNKNOWN = "UNKNOWN"


class Subject(StrEnum):
    """Something that a failure may depend on.

    Of a function: its code, its settings and its limits (memory, disk, time). Nested is the
    definition of a machine below, a task what containers run as, an image what is in them. A role
    is all that it is granted, a grant the one action that was denied, a policy that of the
    resource. A thing is what the failure says is missing, data what it may have read unnamed.
    """

    CODE = "code"
    SETTINGS = "settings"
    LIMITS = "limits"
    DEFINITION = "definition"
    NESTED = "nested"
    INPUT = "input"
    OBJECT = "object"
    TASK = "task"
    IMAGE = "image"
    ROLE = "role"
    GRANT = "grant"
    POLICY = "policy"
    THING = "thing"
    DATA = "data"


class Look(Value):
    """Whether one thing changed since the failure; `changed` is None when it cannot be seen.

    `is_missing` says of what the failure misses that it still is not there. `then` and `now` are
    its digest, or a word for it, at the failure and since; empty where it was not there or is not
    known.
    """

    subject: Subject
    name: str
    changed: bool | None
    text: str
    seen_at: Instant
    is_missing: bool = False
    then: str = ""
    now: str = ""


class Reason(Value):
    """One reason of a verdict, with the ids of the evidence it rests on."""

    text: str
    evidence: tuple[str, ...]


class Verdict(Value):
    """The ruling on one mode, with its reasons."""

    mode: Mode
    ruling: Ruling
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]


class Again(Value):
    """What running again in one mode would do twice: its class of side effect, and of what.

    `is_anew` says that calls before the failed one are made again, and may hand on something else.
    """

    mode: Mode
    effect: SideEffect
    text: str
    is_anew: bool = False


class Case(Value):
    """Everything a verdict on one failed job rests on.

    `effect` is that of the whole job, `again` what each mode would repeat, where that is known.
    """

    diagnosis: Diagnosis
    redrive_status: str
    redrive_status_reason: str
    effect: SideEffect
    looks: tuple[Look, ...]
    input_edited: bool
    again: tuple[Again, ...] = ()
