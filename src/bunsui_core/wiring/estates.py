"""The policies that the profiles of an environment need."""

from __future__ import annotations

from urllib.parse import urlsplit

from bunsui_core.domain.configuring import Policies
from bunsui_core.domain.environment import Environment, StoreKind
from bunsui_core.domain.event_template import event_queue_template
from bunsui_core.domain.permissions import (
    Estate,
    Policy,
    approver,
    asker,
    conductor,
    executing,
    executor,
    mover,
    reading,
    setting_up,
)
from bunsui_core.domain.selection import TAG
from bunsui_core.domain.store_template import store_template
from bunsui_core.settings import TABLE, usual_bucket


def policies(environment: Environment) -> Policies:
    """Return the least that both profiles of an environment need."""
    place = estate(environment)
    documents = {"reading": reading(place), "executing": executing(place)}
    documents["event_queue"] = event_queue_template()
    if environment.store is StoreKind.DYNAMODB:
        documents |= _of_store(place)
    return Policies.model_validate({"account": place.account, "region": place.region, **documents})


def _of_store(place: Estate) -> dict[str, Policy]:
    """Return what the actors of a shared store need: each may write what is its own to write."""
    return {
        "reading": asker(place),
        "executing": executor(place),
        "approving": approver(place),
        "setting_up": setting_up(place),
        "conducting": conductor(place),
        "moving": mover(place),
        "store": store_template(place.table, place.bucket),
    }


def estate(environment: Environment) -> Estate:
    """Return what bunsui works on in an environment."""
    is_shared = environment.store is StoreKind.DYNAMODB
    return Estate(
        account=environment.account,
        region=environment.region,
        machines=_machines(environment.include),
        table=environment.table or TABLE if is_shared else "",
        bucket=environment.bucket or usual_bucket(environment) if is_shared else "",
        queue=urlsplit(environment.event_queue).path.rpartition("/")[2],
    )


def _machines(include: tuple[str, ...]) -> tuple[str, ...]:
    """Patterns as IAM knows them: tags and classes of characters stand for all names."""
    if not include or any(one.startswith(TAG) or "[" in one for one in include):
        return ("*",)
    return include
