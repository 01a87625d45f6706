"""Which settings are in force and who said them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from bunsui_core.domain.configuring import Configuration, NamedEnvironment, Setting
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.settings import Origin, Settings, environments, local_settings, read_settings

KEYS = (
    "home",
    "config",
    "environment",
    "account",
    "region",
    "kind",
    "read_profile",
    "execute_profile",
    "executes",
    "expose",
    "selection",
    "event_queue",
    "keep_days",
    "store",
    "table",
    "bucket",
    "approve_profile",
    "unlock_minutes",
    "trust_root",
)
_NAMES = {"kind": "class", "selection": "include, exclude"}


def configuration(environ: Mapping[str, str] = os.environ) -> Configuration:
    """Return every value in force; what is wrong with the file is told beside them."""
    local = local_settings(environ)
    try:
        known, chosen = environments(environ), read_settings(environ)
    except BunsuiError as error:
        said = f"{error.message} {error.next_step}"
        return Configuration(settings=tuple(_rows(local)), environments=(), trouble=said)
    return Configuration(
        settings=tuple(_rows(chosen)),
        environments=tuple(_named(one, one.environment == chosen.environment) for one in known),
    )


def _rows(settings: Settings) -> Iterator[Setting]:
    for key in KEYS:
        origin = settings.origin(key)
        yield Setting(
            key=_NAMES.get(key, key),
            value=_value(settings, key),
            origin=origin.value,
            where=_where(settings, key, origin),
        )


def _value(settings: Settings, key: str) -> str:
    if key == "selection":
        chosen = settings.selection
        words = [*chosen.include, *(f"not {one}" for one in chosen.exclude)]
        return ", ".join(words) or "all machines"
    return str(settings.config_path if key == "config" else getattr(settings, key))


def _where(settings: Settings, key: str, origin: Origin) -> str:
    match origin:
        case Origin.FILE:
            return str(settings.config_path)
        case Origin.VARIABLE:
            return f"BUNSUI_{key.upper()}"
        case _:
            return ""


def _named(settings: Settings, chosen: bool) -> NamedEnvironment:
    return NamedEnvironment(
        name=settings.environment,
        account=settings.account,
        region=settings.region,
        kind=settings.kind,
        read_profile=settings.read_profile,
        execute_profile=settings.execute_profile,
        executes=settings.executes,
        expose=settings.expose,
        include=settings.selection.include,
        exclude=settings.selection.exclude,
        event_queue=settings.event_queue,
        keep_days=settings.keep_days,
        store=settings.store,
        table=settings.table,
        bucket=settings.bucket,
        approve_profile=settings.approve_profile,
        unlock_minutes=settings.unlock_minutes,
        trust_root=settings.trust_root,
        chosen=chosen,
    )
