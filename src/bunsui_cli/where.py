"""Which environment a person is working in, in words."""

from __future__ import annotations

from bunsui_core.domain.environment import EnvironmentClass
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.settings import Settings, read_settings


def where(settings: Settings) -> str:
    """Return the environment with its class, production in capitals, its account and region."""
    is_production = settings.kind is EnvironmentClass.PRODUCTION
    kind = settings.kind.value.upper() if is_production else settings.kind.value
    return f"{settings.environment} · {kind} · {settings.account} · {settings.region}"


def here() -> str:
    """Return where this process works; empty for the embedded AWS and where that is not known."""
    try:
        settings = read_settings()
    except BunsuiError:
        return ""
    return "" if settings.is_local else where(settings)


def makes_some() -> str:
    """Return which command fills an empty list of sessions here."""
    settings = read_settings()
    if settings.is_local:
        return "`bunsui demo` makes some."
    return f"`bunsui -e {settings.environment} worker` finds what runs there."


def remark(settings: Settings) -> str:
    """Return what somebody has to know who asks or approves; empty where that is executed."""
    if settings.may_execute:
        return ""
    return (
        f"Nothing is executed in {settings.environment}: bunsui only looks there, and what is "
        "approved expires. Do it in the console or with the AWS CLI."
    )
