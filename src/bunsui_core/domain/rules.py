"""Rules of the policy: what they look at in a plan, and which plans they cover."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, Field

from bunsui_core.domain.approval import LONGEST_WAIT
from bunsui_core.domain.plan import Control, ControlSession, Plan, StartSession, Step
from bunsui_core.domain.value import Value

Pipelines: TypeAlias = Mapping[str, str]
"""The pipeline of each session that a plan is about, looked up by whoever asks for the rule."""

NOT_LOOKED_UP: Pipelines = {}

LONGEST = int(LONGEST_WAIT.total_seconds()) // 60
"""Minutes that a policy lets a request wait at most."""


class Requirement(StrEnum):
    """What a plan needs before it runs."""

    SELF = "self"
    ONE = "one"
    TWO = "two"
    DENY = "deny"


BRAKES = frozenset({Control.PAUSE, Control.CANCEL})
"""What only stops things: one signature, whatever the rules say, and never frozen."""

Kind: TypeAlias = Literal[
    "", "redrive", "restart", "enter_at", "mark_done", "start", "control", "pause", "unpause",
    "cancel",
]  # fmt: skip
"""What a step does; `control` stands for all three that concern a session as a whole."""


def _is_given(text: str) -> str:
    if not text:
        raise ValueError("is empty; leave it away to match everything")
    return text


def _is_asker(text: str) -> str:
    if not re.fullmatch(r"(human|agent)(:.+)?", text):
        raise ValueError("is human, agent, or one of them with a name: human:hanako")
    return text


Text = TypeVar("Text", bound=str)
Given: TypeAlias = Annotated[Text, AfterValidator(_is_given)]
"""A field of a rule; nothing given is the default alone."""


class Subject(Value):
    """One thing that a plan does, as far as a rule looks at it.

    `kinds` are all words for it; `pipeline` is None where the session is not known.
    """

    environment: str
    kinds: tuple[str, ...]
    pipeline: str | None
    risk: str
    requester: str

    @property
    def asker(self) -> str:
        """Whether a human or an agent asks, as its requester says."""
        return self.requester.split(":", 1)[0]


class Match(Value):
    """The subjects that a rule speaks of; an empty field matches everything.

    `pipeline` and `agent` are names, in which `*` stands for anything. `requester` is `human`,
    `agent`, or one of them with a name: `human:hanako`.
    """

    environment: Given[str] = ""
    kind: Given[Kind] = ""
    pipeline: Given[str] = ""
    risk: Given[Literal["", "low", "medium", "high"]] = ""
    agent: Given[str] = ""
    requester: Annotated[str, AfterValidator(_is_asker)] = ""

    def covers(self, subject: Subject) -> bool:
        """Whether every given field matches."""
        return (
            self.environment in ("", subject.environment)
            and (not self.kind or self.kind in subject.kinds)
            and self.risk in ("", subject.risk)
            and self.requester in ("", subject.asker, subject.requester)
            and (not self.agent or self._is_agent(subject))
            and (not self.pipeline or is_like(self.pipeline, subject.pipeline or ""))
        )

    def differences(self, subject: Subject) -> tuple[str, ...]:
        """Return the names of the fields that do not match."""
        given = self.model_dump(mode="json", exclude_defaults=True)
        alone = ((name, Match.model_construct(**{name: value})) for name, value in given.items())
        return tuple(name for name, match in alone if not match.covers(subject))

    def _is_agent(self, subject: Subject) -> bool:
        name = subject.requester.partition(":")[2]
        return subject.asker == "agent" and is_like(self.agent, name)

    @property
    def text(self) -> str:
        """The match as the policy's text would have it."""
        given = {k: v for k, v in self.model_dump(mode="json").items() if v}
        return ", ".join(f"{name} = {value}" for name, value in given.items()) or "everything"


class Rule(Value):
    """One line of the policy; `expiry_minutes` is its own, 0 the policy's."""

    match: Match = Match()
    require: Requirement
    expiry_minutes: Annotated[int, Field(ge=0, le=LONGEST)] = 0

    @property
    def text(self) -> str:
        """The rule in one line."""
        return f"{self.match.text}: {self.require.value}"


def subjects(plan: Plan, pipelines: Pipelines = NOT_LOOKED_UP) -> tuple[Subject, ...]:
    """Return the different things that a plan does, in the order of its steps."""
    found = (
        Subject(
            environment=plan.environment,
            kinds=kinds_of(step),
            pipeline=_pipeline(step, pipelines),
            risk=plan.risk.value,
            requester=plan.requester,
        )
        for step in plan.steps
    )
    return tuple(dict.fromkeys(found))


def kinds_of(step: Step) -> tuple[str, ...]:
    """Return every word that a rule may have for a step, the most exact one first."""
    if isinstance(step, ControlSession):
        return step.action.value, step.kind
    return (step.kind,)


def is_brake(plan: Plan) -> bool:
    """Whether a plan does nothing but pause or cancel."""
    return all(isinstance(s, ControlSession) and s.action in BRAKES for s in plan.steps)


def is_like(pattern: str, name: str) -> bool:
    """Whether a name is the pattern, in which `*` stands for anything."""
    if "*" not in pattern:
        return pattern == name
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), name, re.DOTALL) is not None


def _pipeline(step: Step, pipelines: Pipelines) -> str | None:
    if isinstance(step, StartSession):
        return step.pipeline
    return pipelines.get(step.session_id)
