"""The embedded AWS for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.answers import LocalState
from bunsui_cli.views.table import facts
from bunsui_cli.views.words import moment


def local(value: LocalState) -> Sequence[RenderableType]:
    """Return whether the embedded AWS runs."""
    if not value.running:
        return [Text("The embedded AWS does not run. Start it: bunsui local up")]
    return [
        facts(
            [
                ("running", value.url),
                ("account", f"{value.account}, {value.region}"),
                ("process", str(value.pid)),
                ("version", f"MiniStack {value.version}"),
                ("since", moment(value.started_at)),
            ]
        )
    ]
