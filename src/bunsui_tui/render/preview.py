"""What would run: the same lines before a request, in its review and afterwards."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from bunsui_core.domain.preview import JobPreview, Preview
from bunsui_tui.render.text import MUTED, Block, joined, said, section, words

DIGEST = 8
STATES = 12
"""States of one job that are named; the plan names them all."""


def will(preview: Preview) -> list[Table]:
    """Return what runs, what follows, what runs again and what stays."""
    parts: list[Table] = [section("RUNS", *_runs(preview))]
    if preview.following:
        parts.append(section("FOLLOWS", said(preview.following, 400)))
    if preview.resets:
        parts.append(section("RUNS AGAIN", said(f"{', '.join(preview.resets)} (was over)", 400)))
    parts.append(section("REUSED", said(reused(preview), 400)))
    if preview.untouched:
        parts.append(section("STAYS", said(", ".join(preview.untouched), 400)))
    return [*parts, *_later(preview)]


def reused(preview: Preview) -> str:
    """Return the jobs whose outputs stay, with the digest of each."""
    each = [f"{one.job} (output {one.output_digest[:DIGEST]})" for one in preview.reused]
    return ", ".join(each) or "nothing"


def _runs(preview: Preview) -> list[Block]:
    if not preview.runs:
        return [words("nothing of the job itself")]
    known = {one.job: one for one in preview.jobs}
    lines: list[Block] = []
    for job in preview.runs:
        lines.append(said(job, 80))
        lines += _how(known[job]) if job in known else []
    return lines


def _later(preview: Preview) -> list[Table]:
    """Which states of the jobs that follow run, as far as their machines can be seen."""
    first = set(preview.runs)
    lines = [
        joined([said(one.job, 60), *states(one)], " · ")
        for one in preview.jobs
        if one.job not in first and (one.certain or one.possible)
    ]
    return [section("THEN", *lines)] if lines else []


def _how(one: JobPreview) -> list[Block]:
    lines: list[Block] = [joined(states(one), " · ")]
    if one.input_digest:
        lines.append(words(("input ", MUTED), one.input_digest[:DIGEST]))
    code = [_code(used.name, used.revision) for used in one.code]
    lines.append(joined([words(("code ", MUTED)), joined(code, ", ")], "") if code else Text())
    return [line for line in lines if line]


def _code(name: str, revision: str) -> Text:
    shown = revision[:DIGEST] if revision else "not visible"
    return words(said(name.rsplit(":", 1)[-1], 80), (f" {shown}", MUTED))


def states(one: JobPreview) -> list[Text]:
    """Return the states that run for certain, and those that may."""
    sure = words(("certain ", MUTED), said(_named(one.certain), 600)) if one.certain else Text()
    perhaps = words(("possible ", MUTED), said(_named(one.possible), 600))
    return [part for part in (sure, perhaps if one.possible else Text()) if part]


def _named(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - STATES} more" if len(names) > STATES else ""
    return f"{', '.join(names[:STATES])}{more}"
