"""What would run, for a person: the same lines wherever a preview is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.answers import Controlled, Rerun
from bunsui_cli.views.approvals import one as approval
from bunsui_cli.views.table import Cell, facts
from bunsui_cli.views.words import STYLES, line
from bunsui_core.domain.answer import InputChange
from bunsui_core.domain.plan import EnterJob
from bunsui_core.domain.preview import JobPreview, Preview
from bunsui_core.domain.recovery import ControlProposal, Proposal
from bunsui_core.domain.reviewing import odds_text
from bunsui_core.domain.safe import safe
from bunsui_core.domain.verdict import Ruling, Verdict

_RULINGS = {Ruling.SAFE: "✓", Ruling.UNKNOWN: "◆", Ruling.UNSAFE: "✗", Ruling.HOPELESS: "✗"}
DIGEST = 8
CHANGES = 20


def ruling(value: Verdict) -> Text:
    """Return the ruling with its sign."""
    sign = _RULINGS[value.ruling]
    return Text(f"{sign} {value.ruling.value}", STYLES[sign])


def will(preview: Preview) -> list[tuple[str, Cell]]:
    """Return which jobs run, follow, run again, are reused and stay, and which of their states."""
    reused = (f"{one.job} (output {one.output_digest[:DIGEST]})" for one in preview.reused)
    return [
        ("runs", names(preview.runs) or line("nothing of the job itself")),
        *((_label(one.job), line(states(one), 400)) for one in preview.jobs if states(one)),
        ("follows", line(preview.following, 600)),
        ("runs again", names(preview.resets)),
        ("reused", names(reused)),
        ("untouched", names(preview.untouched)),
    ]


def where(one: Proposal) -> str:
    """Return at which state an execution would enter; empty where it begins as it always does."""
    first = one.plan.steps[0]
    return f" at {first.state}" if isinstance(first, EnterJob) else ""


def names(jobs: Iterable[str]) -> Text:
    """Return names on one line, of which a plan may hold a thousand."""
    return line(", ".join(jobs), 600)


def _label(job: str) -> str:
    return f"  {safe(job, 40, newlines=False)}"


def states(one: JobPreview) -> str:
    """Return the states of a job that run for certain and those that may, and its code."""
    code = ", ".join(
        f"{used.name.rsplit(':', 1)[-1]} {used.revision[:DIGEST] or 'not visible'}"
        for used in one.code
    )
    parts = {
        "certain": ", ".join(one.certain),
        "possible": ", ".join(one.possible),
        "input": one.input_digest[:DIGEST],
        "code": code,
    }
    return "; ".join(f"{name}: {text}" for name, text in parts.items() if text)


def rerun(value: Rerun) -> Sequence[RenderableType]:
    """Return how a job would run again; after the request, where that stands."""
    if value.approval:
        return approval(value.approval)
    return [_title(value.proposal), _facts(value.proposal, value.changes)]


def _title(one: Proposal) -> Text:
    named = line(f"{one.mode.value} {one.job}{where(one)}")
    named.stylize("bold")
    return Text.assemble(named, "  ", ruling(one.verdict))


def _facts(one: Proposal, changes: tuple[InputChange, ...]) -> RenderableType:
    return facts(
        [
            *(("why", line(reason.text, 500)) for reason in one.verdict.reasons),
            *(("changed", line(text, 400)) for text in changed(changes)),
            *will(one.preview),
            ("odds", odds_text(one.odds)),
            ("risk", one.plan.risk.value),
            ("plan", one.plan.digest),
        ]
    )


def changed(changes: tuple[InputChange, ...]) -> Iterator[str]:
    """Yield each change of an input, and how many more there are."""
    for change in changes[:CHANGES]:
        yield f"{change.path}: {change.before} → {change.after}"
    if len(changes) > CHANGES:
        yield f"and {len(changes) - CHANGES} more"


def control(value: Controlled) -> Sequence[RenderableType]:
    """Return what a change of a session would do; after the request, where that stands."""
    return approval(value.approval) if value.approval else [_control(value.proposal)]


def _control(one: ControlProposal) -> RenderableType:
    return facts(
        [
            (one.action.value, line(one.session_id)),
            ("stops", names(one.stops) or line("nothing")),
            ("holds", names(one.holds) or line("nothing")),
            ("goes on", names(one.goes_on) or line("nothing")),
            ("risk", one.plan.risk.value),
            ("plan", one.plan.digest),
        ]
    )
