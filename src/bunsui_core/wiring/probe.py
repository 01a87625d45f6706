"""The proof in an account of what bunsui has only seen on the embedded AWS."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.control.laboratory import AwsLaboratory
from bunsui_core.adapters.aws.executions import AwsExecutions
from bunsui_core.adapters.aws.profile import stamp
from bunsui_core.app.probe import clear, probe
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.health import Check, Health, Probed
from bunsui_core.domain.probe import PREFIX, Recording, policy
from bunsui_core.domain.probe_facts import FACTS, judged
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.metering import metered
from bunsui_core.wiring.nature import new_id


def planned(settings: Settings) -> Probed:
    """Return what a probe would make and see, and the policy it needs; nothing is called.

    Raises: Refused where there is nothing to prove.
    """
    _of_an_account(settings)
    todo = f"Run `bunsui -e {settings.environment} doctor --aws --yes`."
    if not settings.execute_profile:
        todo = f"Name an execute_profile with this policy in {settings.config_path}. {todo}"
    first = Check(
        name="probe",
        health=Health.SKIPPED,
        found="nothing was called; what follows is to be seen",
        next=todo,
    )
    claims = (Check(name=one.name, health=Health.SKIPPED, found=one.claim) for one in FACTS)
    return _probed(settings, (first, *claims), Recording(answers={}), has_run=False)


def probed(
    settings: Settings,
    progress: Callable[[str], None],
    rest: Callable[[float], None] = time.sleep,
) -> Probed:
    """Return what a probe saw; all it made is deleted again, or named.

    Raises: Refused where there is nothing to prove or nobody who may; Unavailable.
    """
    access, prepare = _executing(settings), metered(settings, "worker")
    with (
        closing(AwsLaboratory(lambda: access, prepare)) as laboratory,
        closing(Clients(lambda: access, prepare)) as clients,
    ):
        for name in clear(laboratory, clock()):
            progress(f"deleted {name}, which an earlier probe left")
        name = f"{PREFIX}{new_id()}"
        seen = probe(name, laboratory, AwsExecutions(clients), rest, progress)
    return _probed(settings, (_outcome(seen), *judged(seen)), seen, has_run=True)


def _outcome(seen: Recording) -> Check:
    if seen.left:
        return Check(
            name="probe",
            health=Health.FAIL,
            found=f"could not be deleted: {', '.join(seen.left)}. {seen.trouble}".strip(),
            next="Delete it yourself: " + " and ".join(f"`{_deletion(one)}`" for one in seen.left),
        )
    if seen.trouble:
        return Check(
            name="probe",
            health=Health.FAIL,
            found=f"{seen.trouble}. All it had made was deleted",
            next=seen.next,
        )
    return Check(name="probe", health=Health.OK, found="all it made was deleted again")


def _deletion(left: str) -> str:
    """The command that deletes what is left: a role by its name, a machine by its ARN."""
    if left.startswith("arn:"):
        return f"aws stepfunctions delete-state-machine --state-machine-arn {left}"
    return f"aws iam delete-role --role-name {left}"


def _probed(
    settings: Settings, checks: tuple[Check, ...], seen: Recording, has_run: bool
) -> Probed:
    return Probed(
        environment=settings.environment,
        account=settings.account,
        region=settings.region,
        profile=settings.execute_profile,
        has_run=has_run,
        checks=checks,
        left=seen.left,
        policy=json.dumps(policy(settings.account, settings.region)),
    )


def _of_an_account(settings: Settings) -> None:
    """Pass where there is something to prove. Raises: Refused."""
    if settings.is_local:
        raise Refused(
            "the environment local is the embedded AWS, which a probe is there to compare with.",
            "Name an environment of bunsui.toml: `bunsui -e NAME doctor --aws`.",
        )


def _executing(settings: Settings) -> Access:
    """How the environment is changed; its account is verified before anything is sent."""
    _of_an_account(settings)
    if not settings.execute_profile:
        raise Refused(
            f"the environment {settings.environment} has no execute_profile, so nothing is made.",
            f"`bunsui -e {settings.environment} doctor --aws` prints the policy of one; name it in "
            f"{settings.config_path}.",
        )
    return Access(
        endpoint="",
        region=settings.region,
        access_key="",
        secret_key="",
        reading=False,
        profile=settings.execute_profile,
        account=settings.account,
        stamp=stamp(),
    )
