"""What the profiles of an environment may do, found out by read calls only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from bunsui_core.adapters.aws.client import Access, Clients, owner
from bunsui_core.adapters.aws.probes import NOWHERE, Sample, Survey, sample, survey, try_action
from bunsui_core.adapters.aws.quota import Prepare
from bunsui_core.domain.environment import Environment
from bunsui_core.domain.errors import BunsuiError, NotAuthorised
from bunsui_core.domain.features import FEATURES, LISTING, TAGS, Feature
from bunsui_core.domain.health import Check, Health
from bunsui_core.domain.permissions import CHANGES
from bunsui_core.domain.selection import TAG, Selection
from bunsui_core.wiring.estates import estate
from bunsui_core.wiring.metering import sharing
from bunsui_core.wiring.regions import region_check
from bunsui_core.wiring.seeing import profile_access


def abilities(environment: Environment) -> Iterator[Check]:
    """Yield whose each profile is, and for each feature whether it works."""
    account, region = environment.account, environment.region
    yield from region_check(region)
    access = profile_access(account, region, environment.read_profile)
    mine = who("reading as", access)
    yield mine
    if mine.health is Health.OK:
        share = sharing(account, region, environment.kind)
        yield from looking(access, environment.selection, made_up(environment), share)
    yield from acting(environment)


def who(name: str, access: Access) -> Check:
    """Return whether a profile can be used, and as whom."""
    try:
        found = owner(access).identity
    except BunsuiError as error:
        return Check(name=name, health=Health.FAIL, found=error.message, next=error.next_step)
    return Check(name=name, health=Health.OK, found=f"{access.profile}: {found.arn}")


def looking(
    access: Access, chosen: Selection, made: Sample, share: Prepare | None
) -> Iterator[Check]:
    """Yield, for each feature, whether an access may do what it needs, within a share of quotas."""
    with closing(Clients(lambda: access, share)) as clients:
        found, row = machines(clients, chosen)
        yield row
        about = sample(clients, made, found.first)
        others = [one for one in FEATURES if one is not LISTING]
        for one in (*others, *([TAGS] if chosen.needs_tags else [])):
            yield feature(one, clients, about)


def machines(clients: Clients, chosen: Selection) -> tuple[Survey, Check]:
    """Return what machines there are; none at all is probably another region's doing."""
    try:
        found = survey(clients, lambda name: _may_watch(chosen, name))
    except BunsuiError as error:
        return Survey(), denied(LISTING, error)
    most = "at most " if chosen.needs_tags else ""
    told = (
        f"{LISTING.action} is allowed: {found.machines} machines, "
        f"{found.express} of them Express, which cannot be watched, {most}{found.watched} watched"
    )
    if found.watched:
        return found, Check(name=LISTING.name, health=Health.OK, found=told)
    step = "Correct include and exclude." if found.machines else "Is this the right region?"
    return found, Check(name=LISTING.name, health=Health.WARN, found=told, next=step)


def denied(one: Feature, error: BunsuiError) -> Check:
    """Return that a feature does not work, and what is missing without it."""
    lost = f" Without it {one.without}" if isinstance(error, NotAuthorised) else ""
    return Check(
        name=one.name,
        health=Health.FAIL,
        found=f"{error.message}{lost}",
        next=error.next_step,
    )


def feature(one: Feature, clients: Clients, about: Sample) -> Check:
    """Return whether one feature works; a denied one says what is missing without it."""
    try:
        try_action(one.action, clients, about)
    except BunsuiError as error:
        return denied(one, error)
    return Check(name=one.name, health=Health.OK, found=f"{one.action} is allowed")


def acting(environment: Environment) -> Iterator[Check]:
    """Yield whose the executing profile is; whether it may change anything only a change tells."""
    account, region = environment.account, environment.region
    if not environment.executes:
        found = "nobody: nothing is ever changed there"
        yield Check(name="executing as", health=Health.OK, found=found)
        return
    if not environment.execute_profile:
        yield Check(
            name="executing as",
            health=Health.WARN,
            found="nobody: executes is true, and there is no execute_profile",
            next="Name one in bunsui.toml; `bunsui init --print-policies` prints what it needs.",
        )
        return
    yield who("executing as", profile_access(account, region, environment.execute_profile))
    yield Check(
        name="executing",
        health=Health.SKIPPED,
        found=f"no read call tells whether {', '.join(CHANGES)} are allowed",
        next="`bunsui init --print-policies` prints what has to be.",
    )


def made_up(environment: Environment) -> Sample:
    """Return names that the environment's own policy covers, of things that need not exist."""
    place = estate(environment)
    pattern = place.machines[0]
    name = pattern.replace("*", NOWHERE, 1).replace("*", "").replace("?", "x")
    return Sample(
        machine=place.arn("states", f"stateMachine:{name}"),
        execution=place.arn("states", f"execution:{name}:{NOWHERE}"),
    )


def _may_watch(chosen: Selection, name: str) -> bool:
    """Whether a name is chosen as far as names tell."""
    by_name = [one for one in chosen.include if not one.startswith(TAG)]
    kept = Selection(
        include=tuple(by_name) if len(by_name) == len(chosen.include) else (),
        exclude=tuple(one for one in chosen.exclude if not one.startswith(TAG)),
    )
    return kept.watches(name, {})
