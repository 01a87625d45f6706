"""The environment that is named before the noun."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence

from bunsui_core.domain.errors import BadInput

_FLAGS = ("-e", "--environment")


def choose_environment(
    arguments: Sequence[str], environ: MutableMapping[str, str]
) -> Sequence[str]:
    """Return the arguments without a leading `-e NAME`, which then rules over the variable.

    Raises: BadInput when the name is missing.
    """
    flag, _, joined = arguments[0].partition("=") if arguments else ("", "", "")
    if flag not in _FLAGS:
        return arguments
    name, rest = (joined, arguments[1:]) if joined else ("".join(arguments[1:2]), arguments[2:])
    if not name or name.startswith("-"):
        raise BadInput(
            f"{flag} needs the name of an environment.", f"Write `bunsui {flag} NAME …`."
        )
    environ["BUNSUI_ENVIRONMENT"] = name
    return rest
