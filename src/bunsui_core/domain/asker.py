"""Who asks, as the place says it where a request was found; what a request says is not believed."""

from __future__ import annotations

import re

from bunsui_core.domain.approval import Request

AGENT, HUMAN = "agent:", "human:"
"""How the names of askers begin."""

SOME_AGENT = f"{AGENT}?"
"""An asker that wrote where agents write, under a name that is no agent's."""


NAMED = "a name has 1 to 40 letters, digits, dots, dashes or underscores"
"""What is said about an agent's name that is refused."""


def is_agent_name(text: str) -> bool:
    """Whether an agent may be called so: nothing in it could mislead the human who reads it."""
    return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", text))


def from_agents(request: Request) -> Request:
    """Return a request that was found where agents write, as an agent's.

    One that names a human, or nobody, is `SOME_AGENT`'s: another plan, so that no signature given
    to what it pretended to be counts for it.
    """
    kind, name = request.plan.requester[: len(AGENT)], request.plan.requester[len(AGENT) :]
    if kind == AGENT and is_agent_name(name):
        return request
    plan = request.plan.model_copy(update={"requester": SOME_AGENT})
    return request.model_copy(update={"plan": plan, "plan_digest": plan.digest})


def from_humans(request: Request) -> Request | None:
    """Return a request that was found where only humans write; nothing if it is not a human's."""
    return request if request.plan.requester.startswith(HUMAN) else None
