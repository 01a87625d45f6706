"""What is said before the noun: which environment, which files, as whom."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence

from bunsui_core.domain.errors import BadInput
from bunsui_core.settings import FLAGS

BEFORE_THE_NOUN: Mapping[str, str] = {
    "-e": "environment",
    "--environment": "environment",
    "--home": "home",
    "--config": "config",
    "--region": "region",
    "--read-profile": "read_profile",
    "--execute-profile": "execute_profile",
}
"""Flag to the setting it says; each rules over the variable of that name."""


def choose_environment(
    arguments: Sequence[str], environ: MutableMapping[str, str]
) -> Sequence[str]:
    """Return the arguments without the flags before the noun, which then rule over variables.

    Raises: BadInput when a flag has no value.
    """
    said: list[str] = []
    rest = arguments
    while rest and rest[0].partition("=")[0] in BEFORE_THE_NOUN:
        flag, _, joined = rest[0].partition("=")
        value, rest = (joined, rest[1:]) if joined else ("".join(rest[1:2]), rest[2:])
        if not value or value.startswith("-"):
            raise BadInput(f"{flag} needs a value.", f"Write `bunsui {flag} VALUE …`.")
        environ[f"BUNSUI_{BEFORE_THE_NOUN[flag].upper()}"] = value
        said.append(BEFORE_THE_NOUN[flag])
    if said:
        environ[FLAGS] = ",".join(said)
    return rest


def misplaced(arguments: Sequence[str]) -> str:
    """Return the step for a flag that stands after the noun; empty when none does."""
    late = [one for one in arguments[1:] if one.partition("=")[0] in BEFORE_THE_NOUN]
    return (
        f"Write {late[0]} before the noun: `bunsui {late[0]} … {arguments[0]} …`." if late else ""
    )
