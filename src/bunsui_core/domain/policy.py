"""Who may approve what: ordered rules, the first match decides, none means deny."""

from __future__ import annotations

import tomllib
from enum import StrEnum

from pydantic import ValidationError

from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.value import Value


class Requirement(StrEnum):
    """What a plan needs before it runs."""

    SELF = "self"
    ONE = "one"
    TWO = "two"
    DENY = "deny"


class Match(Value):
    """The steps of plans that a rule speaks of; an empty field matches everything."""

    environment: str = ""
    kind: str = ""
    risk: str = ""
    requester: str = ""

    def covers(self, plan: Plan, kind: str) -> bool:
        """Whether every given field matches the steps of that kind of the plan."""
        asker = plan.requester.split(":", 1)[0]
        return (
            self.environment in {"", plan.environment}
            and self.kind in {"", kind}
            and self.risk in {"", plan.risk.value}
            and self.requester in {"", asker, plan.requester}
        )


class Rule(Value):
    """One line of the policy."""

    match: Match = Match()
    require: Requirement


class Policy(Value):
    """Ordered rules, and how long a request may wait, in minutes."""

    version: int
    expiry_minutes: int = 30
    rules: tuple[Rule, ...]


class SignedPolicy(Value):
    """A policy's text with the signature of the approver who set it."""

    text: str
    key_id: str
    signature: str

    @property
    def digest(self) -> str:
        """The sha256 of the text."""
        return text_digest(self.text)

    @property
    def message(self) -> bytes:
        """What the signature covers."""
        return b"bunsui/policy/v1\0" + self.text.encode()


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

    Raises: BadInput when it does not parse; callers then deny.
    """
    try:
        return Policy.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadInput(
            f"the policy does not parse: {error}", "Nothing runs until it does."
        ) from error


def requirement(policy: Policy | None, plan: Plan) -> Requirement:
    """Return what a plan needs; without a policy or a matching rule the answer is deny.

    Of steps of several kinds, the one that needs most decides: no kind hides behind another.
    """
    if policy is None:
        return Requirement.DENY
    kinds = {step.kind for step in plan.steps}
    return max((_of_kind(policy, plan, kind) for kind in kinds), key=list(Requirement).index)


def _of_kind(policy: Policy, plan: Plan, kind: str) -> Requirement:
    found = (rule.require for rule in policy.rules if rule.match.covers(plan, kind))
    return next(found, Requirement.DENY)
