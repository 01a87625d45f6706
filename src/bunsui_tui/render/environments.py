"""The list of environments."""

from __future__ import annotations

from bunsui_tui.board import Choice
from bunsui_tui.render.signs import PRODUCTION, QUIET, sign
from bunsui_tui.render.table import Column, Row
from bunsui_tui.render.text import MUTED, said, words

COLUMNS = (
    Column("", 1),
    Column("environment", 24),
    Column("class", 10),
    Column("region", 16),
    Column("account", 12),
    Column("read through", 0),
)


def rows(choices: tuple[Choice, ...], here: Choice) -> tuple[Row, ...]:
    """Return a line for each environment; production is named and has a sign."""
    return tuple(_row(one, one.name == here.name) for one in choices)


def _row(one: Choice, is_here: bool) -> Row:
    style = PRODUCTION[1] if one.is_production else MUTED
    return Row(
        one.name,
        (
            sign(PRODUCTION if one.is_production else QUIET),
            words(said(one.name, 40), (" · here", MUTED) if is_here else ""),
            words(("production" if one.is_production else "dev", style)),
            said(one.region, 24),
            said(one.account, 12),
            words(_profile(one)),
        ),
    )


def _profile(one: Choice) -> str:
    return f"profile {one.profile}" if one.profile else "the embedded AWS"
