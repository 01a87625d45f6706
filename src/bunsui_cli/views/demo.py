"""The demo for a person, within 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bunsui_cli.views.table import facts, table
from bunsui_cli.views.words import FAILED, OK, STYLES
from bunsui_core.domain.demo import DemoReport, JobPlayed, SceneList, ScenePlayed


def scenes(value: SceneList) -> Sequence[RenderableType]:
    """Return the scenes that can be played."""
    end = "Play one: bunsui demo --scene NAME; every one: bunsui demo --scene all"
    return [facts((scene.name, scene.story) for scene in value.items), Text(f"\n{end}")]


def report(value: DemoReport) -> Sequence[RenderableType]:
    """Return what a played demo showed, one scene a line, and what went otherwise."""
    columns = ("scene", "failure", "verdict", "decision", "end", "s")
    sums = value.totals
    end = (
        f"{sums.scenes} scene{'' if sums.scenes == 1 else 's'}, {sums.as_told} as told, "
        f"{sums.recovered} recovered, {sums.rejected} rejected, "
        f"{sums.healthy} healthy, {sums.seconds:.1f} s"
    )
    seen = [(scene.scene, scene.witness) for scene in value.scenes]
    also = [(scene.scene, further(one)) for scene in value.scenes for one in scene.others]
    wrong = [(scene.scene, scene.difference) for scene in value.scenes]
    later = [(scene.scene, scene.later) for scene in value.scenes]
    return [
        close(table(columns, map(row, value.scenes))),
        *block("Failed as well", also),
        *block("In the end", seen),
        *block("Not as told", wrong),
        *block("What bunsui will do later", later),
        Text(f"\n{end}"),
    ]


def close(made: Table) -> Table:
    """Return a table whose columns stand as close as 80 columns need."""
    made.padding = 0
    made.columns[-1].justify = "right"
    return made


def block(title: str, pairs: Sequence[tuple[str, str]]) -> Sequence[RenderableType]:
    """Return what is said of some scenes below a title, or nothing when nothing is."""
    told = [(name, text) for name, text in pairs if text]
    return [Text(f"\n{title}:"), facts(told)] if told else []


def further(value: JobPlayed) -> str:
    """Return what came of a further failed job of a scene."""
    asked = f", {value.mode} {value.verdicts.get(value.mode, '')}" if value.mode else ""
    return f"{value.job}: {value.category or 'not explained'}{asked}"


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
