"""The flags before the noun, as the help shows them and as a shell completes them.

`bunsui_cli.choosing` reads them: they have to rule before anything of a command is loaded.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Annotated

import typer

from bunsui_cli.choosing import BEFORE_THE_NOUN


def _environments(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    # What reads the store costs what no other command shall pay.
    from bunsui_cli.completing import environment_names

    return environment_names(context, incomplete)


def flag(*names: str, metavar: str, text: str) -> typer.models.OptionInfo:
    """Return an option before the noun."""
    option: typer.models.OptionInfo = typer.Option(
        *names,
        metavar=metavar,
        help=text,
        show_default=False,
        autocompletion=_environments if "-e" in names else None,
    )
    return option


def completed_noun(environ: Mapping[str, str], nouns: Container[str]) -> list[str]:
    """Return the noun in whose words a shell asks to complete; none for the noun itself."""
    words = (environ.get("_TYPER_COMPLETE_ARGS") or environ.get("COMP_WORDS") or "").split(" ")
    rest = words[1:]
    while rest and rest[0].partition("=")[0] in BEFORE_THE_NOUN:
        rest = rest[1:] if "=" in rest[0] else rest[2:]
    return rest[:1] if len(rest) > 1 and rest[0] in nouns else []


def before_the_noun(
    environment: Annotated[
        str, flag("-e", "--environment", metavar="NAME", text="An environment of bunsui.toml.")
    ] = "",
    home: Annotated[str, flag("--home", metavar="FOLDER", text="Where bunsui keeps all.")] = "",
    config: Annotated[str, flag("--config", metavar="FILE", text="The bunsui.toml.")] = "",
    region: Annotated[str, flag("--region", metavar="REGION", text="Another region.")] = "",
    read_profile: Annotated[
        str, flag("--read-profile", metavar="NAME", text="Another profile that reads.")
    ] = "",
    execute_profile: Annotated[
        str, flag("--execute-profile", metavar="NAME", text="Another profile that changes.")
    ] = "",
) -> None:
    """Take what help and completion name; when a command runs, all of it was read before."""
    del environment, home, config, region, read_profile, execute_profile
