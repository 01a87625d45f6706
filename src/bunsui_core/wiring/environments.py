"""The environments of this user, for the front ends: found, looked at, written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from bunsui_core.adapters.aws.client import owner
from bunsui_core.adapters.aws.discovery import FoundProfile, found_profiles, known_regions
from bunsui_core.adapters.local.config_file import save_environment
from bunsui_core.domain.configuring import NamedEnvironment
from bunsui_core.domain.environment import Environment, named, parse_environments
from bunsui_core.domain.health import Check, Health
from bunsui_core.settings import (
    OVERRIDES,
    Origin,
    Settings,
    environments,
    local_settings,
    read_config,
    variable,
)
from bunsui_core.wiring.abilities import abilities, who
from bunsui_core.wiring.premises import files
from bunsui_core.wiring.seeing import profile_access


def profiles() -> tuple[FoundProfile, ...]:
    """Return the profiles of this user's AWS configuration. Raises: Unavailable."""
    return found_profiles()


def regions() -> tuple[str, ...]:
    """Return the regions that have Step Functions, as far as this boto3 knows."""
    return known_regions()


def account_of(profile: str, region: str) -> str:
    """Return the account of a profile, asked of AWS. Raises: Unavailable."""
    return owner(profile_access("", region, profile)).identity.account


def save(path: Path, name: str, environment: Environment) -> None:
    """Put an environment into `bunsui.toml`.

    Raises: BadInput, Refused, Conflict, Unavailable; the file is then as it was.
    """
    save_environment(path, name, environment)


def in_file(settings: Settings) -> Mapping[str, Environment]:
    """Return the environments of `bunsui.toml`; none when there is no file. Raises: BadInput."""
    path = settings.config_path
    return parse_environments(read_config(path), str(path)) if path.exists() else {}


def checked(name: str, environ: Mapping[str, str] = os.environ) -> tuple[Check, ...]:
    """Return what is found about one environment of the file, or about every one, as in force.

    What flags and variables say is about the environment of that name, unless another is named
    beside them. Raises: BadInput when the file cannot be used, NotFound when it lacks that one.
    """
    path = local_settings(environ).config_path
    known = parse_environments(read_config(path), str(path))
    if name:
        named(known, name, str(path))
    said = {**environ, "BUNSUI_ENVIRONMENT": environ.get("BUNSUI_ENVIRONMENT") or name}
    chosen = [one for one in environments(said) if one.environment in ([name] if name else known)]
    rows = list(file_check(path))
    for one in chosen:
        prefix = f"{one.environment}: " if len(chosen) > 1 else ""
        found = [*overruling(one), *abilities(environment_of(one)), *of_store(one)]
        rows += [row.model_copy(update={"name": f"{prefix}{row.name}"}) for row in found]
    return tuple(rows)


def overruling(settings: Settings) -> Iterator[Check]:
    """Yield which flags and variables rule over the file, when any do."""
    strong = {key: settings.origin(key) for key in OVERRIDES}
    said = [
        f"{key} {getattr(settings, key)} by {'a flag' if who is Origin.FLAG else variable(key)}"
        for key, who in strong.items()
        if who in (Origin.FLAG, Origin.VARIABLE)
    ]
    if said:
        yield Check(name="instead of the file", health=Health.OK, found=", ".join(said))


def environment_of(settings: Settings) -> Environment:
    """Return the environment that these settings are of."""
    return Environment.model_validate(
        {
            "account": settings.account,
            "region": settings.region,
            "read_profile": settings.read_profile,
            "execute_profile": settings.execute_profile,
            "executes": settings.executes,
            "class": settings.kind,
            "expose": settings.expose,
            "include": settings.selection.include,
            "exclude": settings.selection.exclude,
            "event_queue": settings.event_queue,
            "keep_days": settings.keep_days,
            "store": settings.store,
            "table": settings.table,
            "bucket": settings.bucket,
            "approve_profile": settings.approve_profile,
            "unlock_minutes": settings.unlock_minutes,
            "trust_root": settings.trust_root,
        }
    )


def looked_at(settings: Settings, environment: Environment) -> tuple[Check, ...]:
    """Return whether the file is private, what the profiles may do, and of a shared store."""
    return (*file_check(settings.config_path), *abilities(environment), *of_store(settings))


def of_store(settings: Settings) -> Iterator[Check]:
    """Yield of a shared store whether it answers, and whose the profile is that decides."""
    if not settings.is_shared:
        return
    yield from files(settings)
    if settings.approve_profile:
        access = profile_access(settings.account, settings.region, settings.approve_profile)
        yield who("deciding as", access)


def file_check(path: Path) -> Iterator[Check]:
    """Yield whether somebody else could point bunsui at another account."""
    if not path.exists():
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o022:
        yield Check(
            name="file",
            health=Health.FAIL,
            found=f"{path} can be changed by others (mode {mode:o})",
            next=f"Run `chmod go= {path}`.",
        )
    elif mode & 0o044:
        yield Check(
            name="file",
            health=Health.WARN,
            found=f"{path} can be read by others (mode {mode:o})",
            next=f"Run `chmod go= {path}`; it tells accounts and profiles.",
        )
    else:
        yield Check(name="file", health=Health.OK, found=f"{path}, for its owner only")


def shown(name: str, environment: Environment, chosen: bool) -> NamedEnvironment:
    """Return an environment as answers show it."""
    return NamedEnvironment(
        name=name,
        account=environment.account,
        region=environment.region,
        kind=environment.kind,
        read_profile=environment.read_profile,
        execute_profile=environment.execute_profile,
        executes=environment.executes,
        expose=environment.expose,
        include=environment.include,
        exclude=environment.exclude,
        event_queue=environment.event_queue,
        keep_days=environment.keep_days,
        store=environment.store,
        table=environment.table,
        bucket=environment.bucket,
        approve_profile=environment.approve_profile,
        unlock_minutes=environment.unlock_minutes,
        trust_root=environment.trust_root,
        chosen=chosen,
    )
