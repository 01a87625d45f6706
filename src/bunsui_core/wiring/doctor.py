"""Looks at everything bunsui stands on, by read calls only, and changes nothing."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version

from bunsui_core.adapters.aws.client import Access, Clients, owner
from bunsui_core.adapters.aws.clock import clock_of_aws, clock_without_credentials
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.adapters.aws.probes import NOWHERE, Sample
from bunsui_core.adapters.webhook import reach
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.health import Check, Checkup, Health, clock_check
from bunsui_core.domain.quota import SHARES, allowance, quota_of
from bunsui_core.settings import Settings
from bunsui_core.wiring.abilities import acting, looking, made_up
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.configuration import configuration
from bunsui_core.wiring.environments import environment_of, file_check
from bunsui_core.wiring.held import held
from bunsui_core.wiring.metering import metered
from bunsui_core.wiring.premises import attempted, premises, refused
from bunsui_core.wiring.regions import region_check
from bunsui_core.wiring.ruling import policy_rows
from bunsui_core.wiring.seeing import read_access
from bunsui_core.wiring.trusted import trust_rows

PACKAGES = ("bunsui", "boto3", "mcp", "textual", "pydantic")

SCARCE = ("ListExecutions", "DescribeExecution", "GetExecutionHistory")
"""The calls that decide how fresh and how wide bunsui can look."""

METHODS = {
    "sso": "signed in through IAM Identity Center",
    "login": "signed in through a browser",
    "assume-role": "a role taken through another profile",
    "assume-role-with-web-identity": "a role taken with a web identity",
    "shared-credentials-file": "a key in the credentials file",
    "config-file": "a key in the config file",
    "custom-process": "a program of the profile",
    "env": "variables",
    "iam-role": "the role of this instance",
    "container-role": "the role of this container",
}
"""Where a profile has its credentials from, by what botocore calls it."""


def checkup(settings: Settings, webhook: str = "") -> Checkup:
    """Return what was found; a check that cannot be made never hides the others."""
    return Checkup(
        checks=(
            versions(),
            *named_environments(settings),
            *premises(settings),
            *aws(settings),
            *trust_rows(settings),
            *policy_rows(settings),
            *held(settings),
            hook(webhook),
        )
    )


def versions() -> Check:
    """Return the versions that a report of a defect needs."""
    found = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return Check(
        name="versions", health=Health.OK, found=f"Python {platform.python_version()}, {found}"
    )


def named_environments(settings: Settings) -> Iterator[Check]:
    """Yield which environment is looked at, which others there are, and about their file."""
    where = f"{settings.environment} ({settings.kind.value}), account {settings.account}"
    # What these settings say rules, whoever made them.
    found = configuration(
        {
            "BUNSUI_HOME": str(settings.home),
            "BUNSUI_CONFIG": str(settings.config_path),
            "BUNSUI_ENVIRONMENT": settings.environment,
        }
    )
    others = [one.name for one in found.environments if one.name != settings.environment]
    more = f"; others: {', '.join(others)}" if others else ""
    yield Check(name="environment", health=Health.OK, found=f"{where}, {settings.region}{more}")
    if found.trouble:
        yield Check(
            name="file", health=Health.FAIL, found=found.trouble, next="See `bunsui config show`."
        )
    yield from file_check(settings.config_path)
    if not settings.is_local:
        yield from region_check(settings.region)


def aws(settings: Settings) -> Iterator[Check]:
    """Yield whether AWS answers and to whom, its clock, and what each feature may read there."""
    try:
        access = read_access(settings, "agent")
        mine = identity(access)
    except BunsuiError as error:
        yield refused("aws", error)
        yield from unreached(settings)
        return
    yield Check(name="aws", health=Health.OK, found=f"{mine} in {access.region}")
    if access.profile:
        yield attempted("credentials", lambda: origin(access))
    yield clock_of(access)
    yield from features(settings, access)
    yield from quotas(settings)


def identity(access: Access) -> str:
    """Return as whom AWS is read. Raises: Unavailable, Refused, NotAuthorised."""
    if access.profile:
        return owner(access).identity.arn
    with closing(Clients(lambda: access)) as clients, translated("whose the credentials are"):
        return clients.callers.get_caller_identity()["Arn"]


def unreached(settings: Settings) -> Iterator[Check]:
    """Yield what can still be said where AWS does not take the credentials, or does not answer."""
    if not settings.is_local:
        yield clock_without(settings)
    yield Check(
        name="permissions",
        health=Health.SKIPPED,
        found="AWS cannot be reached",
        next="See the row `aws`.",
    )


def origin(access: Access) -> str:
    """Return where the credentials of a profile come from."""
    found = owner(access).session.get_credentials()
    method = found.method if found else ""
    return f"profile {access.profile}: {METHODS.get(method, method or 'unknown')}"


def clock_of(access: Access) -> Check:
    """Return how far this machine's clock is from the `Date` of an answer of AWS."""
    try:
        with closing(Clients(lambda: access)) as clients:
            now = clock_of_aws(clients)
    except BunsuiError as error:
        return refused("clock", error)
    if now is None:
        return Check(
            name="clock", health=Health.WARN, found="AWS tells no time", next="Compare it yourself."
        )
    return clock_check((clock() - now).total_seconds())


def clock_without(settings: Settings) -> Check:
    """Return how far the clock is off when it may be what makes AWS refuse everything."""
    try:
        now = clock_without_credentials(settings.read_profile, settings.region)
    except BunsuiError as error:
        return refused("clock", error)
    return clock_check((clock() - now).total_seconds())


def features(settings: Settings, access: Access) -> Iterator[Check]:
    """Yield, for each feature, whether the reading credentials may do what it needs."""
    share = metered(settings, "agent")
    for row in looking(access, settings.selection, sample_of(settings), share):
        # An embedded AWS may well be empty; an account without machines is probably another one.
        is_empty = settings.is_local and row.health is Health.WARN
        yield row.model_copy(update={"health": Health.OK, "next": ""}) if is_empty else row
    if settings.is_local:
        return
    yield from acting(environment_of(settings))


def sample_of(settings: Settings) -> Sample:
    """Return names to ask about where nothing real is known."""
    if not settings.is_local:
        return made_up(environment_of(settings))
    place = f"arn:aws:states:{settings.region}:{settings.account}"
    return Sample(
        machine=f"{place}:stateMachine:{NOWHERE}",
        execution=f"{place}:execution:{NOWHERE}:{NOWHERE}",
    )


def quotas(settings: Settings) -> Iterator[Check]:
    """Yield how much of the scarce quotas bunsui takes; the embedded AWS has none."""
    if settings.is_local:
        return
    share = SHARES[settings.kind]
    rates = [
        f"{name} {allowance(quota, share).rate:g} of {quota.refill}"
        for name in SCARCE
        if (quota := quota_of("sfn", name, settings.region))
    ]
    found = f"at most {share:.0%} of what AWS documents; calls a second: {', '.join(rates)}"
    yield Check(name="quotas", health=Health.OK, found=found)


def hook(webhook: str) -> Check:
    """Return whether the receiver of notices can be reached; nothing is told to it."""
    if not webhook:
        return Check(name="webhook", health=Health.OK, found="none; BUNSUI_WEBHOOK names one")
    return attempted("webhook", lambda: reach(webhook))
