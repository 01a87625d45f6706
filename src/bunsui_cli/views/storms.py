"""Storms and the plans for them, for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.views.previews import ruling
from bunsui_cli.views.table import facts, table
from bunsui_cli.views.words import line, moment
from bunsui_core.domain.reviewing import odds_text
from bunsui_core.domain.storm import Storm, StormProposal, Storms

SHOWN = 20
"""Sessions of a plan that are named; the JSON has all of them."""


def listing(value: Storms) -> Sequence[RenderableType]:
    """Return the storms, the largest first, and what is not in them."""
    rows = [
        (
            one.storm_id,
            str(len(one.casualties)),
            f"{one.pipeline}/{one.job}",
            one.category.value,
            line(f"{one.error}: {one.message}", 60),
            moment(one.last_at),
        )
        for one in value.items
    ]
    notes = []
    if value.looked_at < value.failed:
        notes.append(f"the newest {value.looked_at:,} of {value.failed:,} failed sessions")
    if value.unexplained:
        notes.append(f"{value.unexplained:,} sessions are not explained yet and in none of these")
    if not rows:
        return [Text("No failed session is explained."), *map(Text, notes)]
    head = ("storm", "sessions", "job", "cause", "it said", "last")
    return [table(head, rows), *map(Text, notes)]


def one(value: Storm) -> Sequence[RenderableType]:
    """Return a storm with the sessions that it hit."""
    told = facts(
        [
            ("storm", value.storm_id),
            ("job", f"{value.pipeline}/{value.job}"),
            ("cause", value.category.value),
            ("it said", line(f"{value.error}: {value.message}", 500)),
            ("from", moment(value.first_at)),
            ("to", moment(value.last_at)),
            ("sessions", str(len(value.casualties))),
        ]
    )
    rows = [(hit.session_id, moment(hit.failed_at)) for hit in value.casualties]
    recover = Text(f"look: bunsui storms recover {value.storm_id} --dry-run")
    return [told, table(("session", "failed"), rows), recover]


def plan(value: StormProposal) -> Sequence[RenderableType]:
    """Return what a plan for a storm would do, wave by wave."""
    steps = value.plan.steps
    waves = value.plan.waves.numbered(len(steps)) if value.plan.waves else ()
    first = ", ".join(step.session_id for step in steps[: len(waves[0])]) if waves else ""
    rest = [step.session_id for step in steps[len(waves[0]) :]] if waves else []
    more = f" and {len(rest) - SHOWN} more" if len(rest) > SHOWN else ""
    size = "1 session" if len(steps) == 1 else f"{len(steps):,} sessions"
    told = facts(
        [
            ("plan", f"{value.mode.value} {value.storm.job} in {size}"),
            ("canary", first),
            ("then", f"{', '.join(rest[:SHOWN])}{more}" if rest else "nothing"),
            ("waves", ", ".join(str(len(wave)) for wave in waves)),
            ("stops", _stops(value)),
            *((("why", line(reason.text, 500))) for reason in value.canary.verdict.reasons),
            ("odds", odds_text(value.canary.odds)),
            ("risk", value.plan.risk.value),
        ]
    )
    left = [(out.session_id, line(out.reason, 200)) for out in value.left_out]
    shown = [table(("left out", "because"), left[:SHOWN])] if left else []
    uncounted = [Text(f"and {len(left) - SHOWN} more are left out")] * (len(left) > SHOWN)
    return [Text.assemble("canary: ", ruling(value.canary.verdict)), told, *shown, *uncounted]


def _stops(value: StormProposal) -> str:
    waves = value.plan.waves
    most = waves.most_failures if waves else 0
    return f"when the canary fails, or when more than {most} fail after it"
