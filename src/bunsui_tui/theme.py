"""The colours of the five meanings, for dark and light terminals, and without any."""

from __future__ import annotations

from rich.theme import Theme as Styles
from textual.theme import Theme

DARK = Theme(
    name="bunsui-dark",
    primary="#7aa2c8",
    secondary="#5f7f9f",
    accent="#e0af68",
    warning="#e0af68",
    error="#f0717a",
    success="#8cc17a",
    foreground="#d5d8dd",
    background="#14161a",
    surface="#14161a",
    panel="#1f2329",
    variables={"muted": "#868d98", "running": "#6cb6eb", "cursor": "#2b3440"},
)
LIGHT = Theme(
    name="bunsui-light",
    primary="#24557f",
    secondary="#4d6f8f",
    accent="#8a5a00",
    warning="#8a5a00",
    error="#b3202c",
    success="#2c6e1f",
    foreground="#1c1f24",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#ecebe6",
    dark=False,
    variables={"muted": "#676d76", "running": "#0a5fa3", "cursor": "#d9e4ee"},
)


def styles_of(theme: Theme) -> Styles:
    """Return what the styles that render uses look like in a theme."""
    colours = theme.variables
    return Styles(
        {
            "ok": theme.success or "default",
            "running": colours.get("running", "default"),
            "waiting": theme.warning or "default",
            "failed": theme.error or "default",
            "muted": colours.get("muted", "default"),
            "title": "bold",
            "key": f"bold {theme.primary}",
            "outside": theme.foreground or "default",
            "found": "reverse",
        },
        inherit=False,
    )
