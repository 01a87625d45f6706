"""Who may approve what: ordered rules, the first match decides, none means deny."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationError

from bunsui_core.domain.canonical import canonical_json, text_digest
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.freezing import Freeze
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.policy_lines import faults
from bunsui_core.domain.rules import LONGEST, NOT_LOOKED_UP, Pipelines, Subject, is_brake, subjects
from bunsui_core.domain.rules import Match as Match
from bunsui_core.domain.rules import Requirement as Requirement
from bunsui_core.domain.rules import Rule as Rule
from bunsui_core.domain.trust import Role
from bunsui_core.domain.value import Instant, Value

LONGEST_TEXT = 100_000
"""Characters that a policy has at most; some thousand rules."""

MOST_WAITING = 200
"""The largest number that a policy may let wait: what is looked at for what waits."""

Minutes = Annotated[int, Field(ge=1, le=LONGEST)]
Count = Annotated[int, Field(ge=1, le=MOST_WAITING)]


class Pending(Value):
    """How many requests may wait for a human, of one asker and in all."""

    per_requester: Count = 30
    total: Count = 100


class Policy(Value):
    """Ordered rules, freezes, and how long and how many requests may wait.

    `break_glass` are the roles whose approval, with a typed reason, lifts a freeze.
    """

    model_config = ConfigDict(populate_by_name=True)

    version: Literal[1]
    expiry_minutes: Minutes = 30
    break_glass: tuple[Role, ...] = ()
    pending: Pending = Pending()
    rules: tuple[Rule, ...]
    freezes: Annotated[tuple[Freeze, ...], Field(alias="freeze")] = ()

    @property
    def names_pipelines(self) -> bool:
        """Whether a rule or a freeze asks which pipeline a plan is about."""
        return any(one.match.pipeline for one in (*self.rules, *self.freezes))


class SignedPolicy(Value):
    """A policy's text with the signature of the approver who set it.

    Version 2 says where it holds, and which one it is of all that held there, so that none comes
    back or from elsewhere: `seq` counts them, `prev` is the digest of the text before.
    """

    version: Literal[1, 2] = 1
    text: str
    key_id: str
    signature: str
    account: str = ""
    region: str = ""
    seq: int = 0
    prev: str = ""
    at: Instant | None = None

    @property
    def digest(self) -> str:
        """The sha256 of the text."""
        return text_digest(self.text)

    @property
    def message(self) -> bytes:
        """What the signature covers."""
        if self.version == 1:
            return b"bunsui/policy/v1\0" + self.text.encode()
        signed = self.model_dump(mode="json", exclude={"text", "signature"})
        return b"bunsui/policy/v2\0" + canonical_json({**signed, "text_digest": self.digest})


STARTER = """\
# Who may approve what. The first rule that matches decides; no rule means deny.
# require: self (the human who asks may decide), one, two, or deny.
version = 1
expiry_minutes = 30

[[rules]]
match = { requester = "human" }
require = "self"

[[rules]]
match = { requester = "agent" }
require = "one"
"""


def parse_policy(text: str) -> Policy:
    """Return the policy that a TOML text says.

    Raises: BadInput, with the line, when it does not parse; callers then deny.
    """
    if len(text) > LONGEST_TEXT:
        raise _no_policy(f"it has {len(text):,} characters, {LONGEST_TEXT:,} are allowed")
    return _parsed(text)


@lru_cache(maxsize=16)  # the worker asks for each request it sees
def _parsed(text: str) -> Policy:
    try:
        return Policy.model_validate(tomllib.loads(text), by_alias=True, by_name=False)
    except ValidationError as error:
        found = ((one["loc"], one["type"], one["msg"]) for one in error.errors())
        raise _no_policy(faults(text, found)) from error
    except ValueError as error:  # also a number of thousands of digits
        raise _no_policy(f"it is no TOML: {error}") from error
    except RecursionError as error:
        raise _no_policy("it nests too deep") from error


def _no_policy(why: str) -> BadInput:
    return BadInput(
        f"the policy does not parse: {why}.",
        "Correct it and run `bunsui policy check FILE`; as it is, it allows nothing.",
    )


def pending_of(body: str) -> Pending:
    """Return how many requests may wait by a stored policy, or as is usual without a good one.

    Nothing verifies it here: whoever decides does.
    """
    try:
        return parse_policy(SignedPolicy.model_validate_json(body).text).pending
    except (BadInput, ValueError):
        return Pending()


def requirement(
    policy: Policy | str | None, plan: Plan, pipelines: Pipelines = NOT_LOOKED_UP
) -> Requirement:
    """Return what a plan needs; without a policy or a matching rule the answer is deny.

    Of steps of several kinds, the one that needs most decides: no kind hides behind another.
    """
    return ruled(policy, plan, pipelines).requirement


class Ruled(Value):
    """Which rule decides about a plan, counted from 1, and what it requires.

    No rule with a number 0; `why` says what else decided, if anything did.
    """

    requirement: Requirement
    number: int = 0
    expiry_minutes: int = 0
    why: str = ""
    is_brake: bool = False


def ruled(policy: Policy | str | None, plan: Plan, pipelines: Pipelines = NOT_LOOKED_UP) -> Ruled:
    """Return which rule of a policy decides about a plan; a text says why there is no policy."""
    if not isinstance(policy, Policy):
        why = policy or "there is no policy with a good signature"
        return Ruled(requirement=Requirement.DENY, why=f"{why}, so nothing is allowed")
    if is_brake(plan):
        return Ruled(
            requirement=Requirement.SELF,
            expiry_minutes=policy.expiry_minutes,
            why="pausing and cancelling need one signature, whatever the rules say",
            is_brake=True,
        )
    told = subjects(plan, pipelines)
    if policy.names_pipelines and any(one.pipeline is None for one in told):
        why = "the policy asks for the pipeline, and the session is not known here"
        return Ruled(requirement=Requirement.DENY, why=why)
    found = [first_rule(policy, one) for one in told]
    strictest = max(found, key=lambda one: list(Requirement).index(one.requirement))
    soonest = min(one.expiry_minutes for one in found)
    return strictest.model_copy(update={"expiry_minutes": soonest})


def first_rule(policy: Policy, subject: Subject) -> Ruled:
    """Return what the first rule that covers a subject requires."""
    for number, rule in enumerate(policy.rules, 1):
        if rule.match.covers(subject):
            expiry = rule.expiry_minutes or policy.expiry_minutes
            return Ruled(requirement=rule.require, number=number, expiry_minutes=expiry)
    why = "no rule speaks of it"
    return Ruled(requirement=Requirement.DENY, expiry_minutes=policy.expiry_minutes, why=why)
