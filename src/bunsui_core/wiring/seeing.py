"""Which AWS an actor sees, with that actor's own credentials."""

from __future__ import annotations

from dataclasses import replace

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.executions import AwsExecutions
from bunsui_core.adapters.aws.inventory import AwsInventory
from bunsui_core.adapters.aws.logs import AwsLogs
from bunsui_core.adapters.aws.profile import stamp
from bunsui_core.adapters.aws.surroundings import AwsSurroundings
from bunsui_core.adapters.emulator.record import Folder
from bunsui_core.domain.environment import LOCAL
from bunsui_core.domain.errors import Unavailable
from bunsui_core.ports.observe import Seeing
from bunsui_core.settings import Settings
from bunsui_core.wiring.metering import metered


def local_access(settings: Settings, actor: str, reading: bool) -> Access:
    """Return how an actor reaches the embedded AWS of this home, as it runs now.

    Raises: Unavailable when it does not run.
    """
    if settings.environment != LOCAL:
        raise Unavailable(
            f"the environment {settings.environment!r} is only read; nothing is executed there.",
            "Leave BUNSUI_ENVIRONMENT unset to work with the embedded AWS.",
        )
    folder = Folder.of(settings.home)
    server, keys = folder.read_record(), folder.read_credentials(actor)
    if server is None or keys is None:
        raise Unavailable(
            f"the embedded AWS of {settings.home} does not run.",
            "Start it with `bunsui local up`; what is stored stays visible meanwhile.",
        )
    return Access(
        endpoint=server.url,
        region=server.region,
        access_key=keys.access_key_id,
        secret_key=keys.secret_access_key,
        reading=reading,
    )


def executing_access(settings: Settings) -> Access:
    """Return how a worker changes the AWS of this environment.

    Raises: Unavailable when nothing is executed there, or the embedded AWS does not run.
    """
    if settings.is_local:
        return local_access(settings, "worker", reading=False)
    if not settings.may_execute:
        raise Unavailable(
            f"the environment {settings.environment!r} is only read; nothing is executed there.",
            f"{why_not(settings)} See docs/environments.md.",
        )
    named = profile_access(settings.account, settings.region, settings.execute_profile)
    return replace(named, reading=False)


def why_not(settings: Settings) -> str:
    """Return what the file lacks for anything to be executed here; empty when it lacks nothing."""
    lacking = [
        line
        for line, is_there in (
            ("executes = true", settings.executes),
            ('execute_profile = "PROFILE"', bool(settings.execute_profile)),
        )
        if not is_there
    ]
    wanted = " and ".join(f"`{line}`" for line in lacking)
    return "" if settings.may_execute else f"bunsui.toml lacks {wanted}."


def seeing(settings: Settings, actor: str) -> Seeing:
    """Return eyes that can only read; each client is made when it is first needed."""
    return eyes(reading_clients(settings, actor))


def eyes(clients: Clients) -> Seeing:
    """Return what looks at AWS through these clients."""
    return Seeing(
        executions=AwsExecutions(clients),
        logs=AwsLogs(clients),
        inventory=AwsInventory(clients),
        surroundings=AwsSurroundings(clients),
    )


def reading_clients(settings: Settings, actor: str) -> Clients:
    """Return clients that can only read, within bunsui's share of the account's quotas."""
    return Clients(lambda: read_access(settings, actor), metered(settings, actor))


def read_access(settings: Settings, actor: str) -> Access:
    """Return how the AWS of this environment is read, whatever it is.

    Raises: Unavailable when the embedded AWS is meant and does not run.
    """
    if settings.environment == LOCAL:
        return local_access(settings, actor, reading=True)
    return profile_access(settings.account, settings.region, settings.read_profile)


def profile_access(account: str, region: str, profile: str) -> Access:
    """Return how an account is read through a profile of this user's AWS configuration."""
    return Access(
        endpoint="",
        region=region,
        access_key="",
        secret_key="",
        profile=profile,
        account=account,
        stamp=stamp(),
    )
