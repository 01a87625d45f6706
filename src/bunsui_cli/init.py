"""`bunsui init`: points bunsui at an account, asking what no flag says."""

from __future__ import annotations

from contextlib import nullcontext

import typer

from bunsui_cli.asking import Asking
from bunsui_cli.connect import how_to_connect
from bunsui_cli.envelope import Answer
from bunsui_cli.exits import ExitCode
from bunsui_cli.flags import from_flags
from bunsui_cli.output import narrate, show
from bunsui_cli.person import person
from bunsui_cli.wanted import Wanted, over
from bunsui_core.domain.configuring import Initialised
from bunsui_core.domain.environment import Environment
from bunsui_core.domain.errors import Conflict
from bunsui_core.settings import Settings, environments, local_settings
from bunsui_core.wiring.environments import in_file, looked_at, save, shown
from bunsui_core.wiring.estates import policies

app = typer.Typer()


@app.command()
@from_flags(Wanted)
def init(wanted: Wanted) -> int:
    """Point bunsui at an account: ask, look what its profiles may do, write bunsui.toml."""
    settings = local_settings()
    alone = wanted.yes or wanted.print_policies
    somebody = nullcontext(None) if alone else person("init", "Add --yes, and flags for the rest.")
    with somebody as human:
        if wanted.print_policies:
            return print_policies(settings, Asking(wanted, human))
        known = in_file(settings).get(wanted.name)
        return write(settings, Asking(over(wanted, known) if known else wanted, human))


def write(settings: Settings, asking: Asking) -> int:
    """Ask, look and write. Raises: BadInput, Conflict, Refused, Unavailable."""
    known = in_file(settings)
    environment = asking.environment()
    name = asking.name(environment.read_profile)
    if name in known and not may_replace(asking, name):
        raise Conflict(
            f"{settings.config_path} has an environment {name!r} already.",
            "Choose another name, or add --replace.",
        )
    save(settings.config_path, name, environment)
    done = Initialised(
        name=name,
        path=str(settings.config_path),
        environment=shown(name, environment, chosen=False),
        checks=looked_at(of(name), environment),
    )
    show(Answer("init", done), asking.wanted.as_json)
    narrate(how_to_connect(of(name)))
    return ExitCode.OK


def of(name: str) -> Settings:
    """Return the settings of an environment of the file."""
    return next(one for one in environments() if one.environment == name)


def may_replace(asking: Asking, name: str) -> bool:
    """Whether the environment that is there may be replaced."""
    return asking.wanted.replace or asking.agrees(f"There is an environment {name}. Replace it?")


def print_policies(settings: Settings, asking: Asking) -> int:
    """Print what the profiles of a known or a wanted environment need; write nothing."""
    known = in_file(settings)
    name = asking.wanted.name
    environment: Environment = known[name] if name in known else asking.environment()
    show(Answer("init-policies", policies(environment)), asking.wanted.as_json)
    return ExitCode.OK
