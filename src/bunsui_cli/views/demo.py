"""The demo for a person, within 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.views.table import facts, table
from bunsui_cli.views.words import FAILED, OK, STYLES
from bunsui_core.domain.demo import DemoReport, SceneList, ScenePlayed


def scenes(value: SceneList) -> Sequence[RenderableType]:
    """Return the scenes that can be played."""
    end = "Play one: bunsui demo --scene NAME; every one: bunsui demo --scene all"
    return [facts((scene.name, scene.story) for scene in value.items), Text(f"\n{end}")]


def report(value: DemoReport) -> Sequence[RenderableType]:
    """Return what a played demo showed, one scene a line, and what went otherwise."""
    columns = ("scene", "failure", "verdict", "decision", "end", "s")
    sums = value.totals
    end = (
        f"{sums.scenes} scenes, {sums.as_told} as told, {sums.recovered} recovered, "
        f"{sums.rejected} rejected, {sums.healthy} healthy, {sums.seconds:.1f} s"
    )
    return [
        table(columns, map(row, value.scenes)),
        *(remark for scene in value.scenes for remark in remarks(scene)),
        Text(end),
    ]


def row(value: ScenePlayed) -> Sequence[str | Text]:
    """Return the line of one scene."""
    sign = OK if value.as_told else FAILED
    verdict = value.verdicts.get(value.mode or "", "")
    return (
        Text(f"{sign} {value.scene}", STYLES[sign]),
        value.category or "–",
        f"{value.mode} {verdict}" if value.mode else "–",
        value.decision or "–",
        value.final_status,
        f"{value.seconds:.1f}",
    )


def remarks(value: ScenePlayed) -> Sequence[Text]:
    """Return what else is to be said of a scene: what the world shows, and what comes later."""
    said = {"": value.witness, "otherwise than told: ": value.difference, "later: ": value.later}
    return [Text(f"  {value.scene}: {how}{text}") for how, text in said.items() if text]
