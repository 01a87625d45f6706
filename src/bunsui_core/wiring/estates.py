"""The policies that the profiles of an environment need."""

from __future__ import annotations

from urllib.parse import urlsplit

from bunsui_core.domain.configuring import Policies
from bunsui_core.domain.environment import Environment
from bunsui_core.domain.event_template import event_queue_template
from bunsui_core.domain.permissions import Estate, executing, reading
from bunsui_core.domain.selection import TAG


def policies(environment: Environment) -> Policies:
    """Return the least that both profiles of an environment need."""
    place = estate(environment)
    documents = {"reading": reading(place), "executing": executing(place)}
    documents["event_queue"] = event_queue_template()
    return Policies.model_validate({"account": place.account, "region": place.region, **documents})


def estate(environment: Environment) -> Estate:
    """Return what bunsui works on in an environment."""
    return Estate(
        account=environment.account,
        region=environment.region,
        machines=_machines(environment.include),
        queue=urlsplit(environment.event_queue).path.rpartition("/")[2],
    )


def _machines(include: tuple[str, ...]) -> tuple[str, ...]:
    """Patterns as IAM knows them: tags and classes of characters stand for all names."""
    if not include or any(one.startswith(TAG) or "[" in one for one in include):
        return ("*",)
    return include
