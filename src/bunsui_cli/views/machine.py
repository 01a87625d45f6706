"""The embedded AWS and the demo for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.answers import LocalState
from bunsui_cli.views.table import facts, table
from bunsui_cli.views.words import moment
from bunsui_core.domain.demo import DemoReport, ScenePlayed


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


def report(value: DemoReport) -> Sequence[RenderableType]:
    """Return what a played demo showed, one scene a line."""
    columns = ("scene", "session", "category", "verdicts", "decision", "mode", "then", "s")
    totals = value.totals
    end = (
        f"{totals.scenes} scenes, {totals.recovered} recovered, {totals.rejected} rejected, "
        f"{totals.healthy} healthy, {totals.seconds:.1f} s"
    )
    return [table(columns, map(row, value.scenes)), Text(end)]


def row(value: ScenePlayed) -> Sequence[str]:
    """Return the line of one scene."""
    return (
        value.scene,
        value.session_id,
        value.category or "–",
        ", ".join(f"{mode} {ruling}" for mode, ruling in value.verdicts.items()) or "–",
        value.decision or "–",
        value.mode or "–",
        value.final_status,
        f"{value.seconds:.1f}",
    )
