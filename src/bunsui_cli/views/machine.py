"""The embedded AWS for a person."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.answers import LocalReset, LocalState
from bunsui_cli.views.table import facts, table
from bunsui_cli.views.words import FAILED, MUTED, OK, STYLES, WAITING, moment, plain
from bunsui_core.domain.health import Check, Checkup, Health, Probed


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
                *(("trouble", trouble) for trouble in value.troubles),
            ]
        )
    ]


def reset(value: LocalReset) -> Sequence[RenderableType]:
    """Return what a reset removed and what is left."""
    removed = ", ".join(f"{count} {word}" for word, count in value.removed.items())
    return [
        Text(f"Removed from the embedded AWS: {removed or 'nothing; it was empty'}."),
        Text(f"It runs again, empty, at {value.url}." if value.running else "It does not run."),
        Text(left_in_store(value)),
    ]


def left_in_store(value: LocalReset) -> str:
    """Return one line on what the store says about executions that are gone."""
    if value.store_removed:
        return f"Removed from bunsui's store: {value.sessions} sessions and everything else."
    if not value.sessions:
        return "Nothing in bunsui's store refers to it."
    return (
        f"{value.sessions} sessions in bunsui's store, {value.open_sessions} of them open, and "
        f"{value.waiting_requests} waiting requests refer to executions that no longer exist. "
        "Remove them too: bunsui local reset --store"
    )


SIGNS = {
    Health.OK: OK,
    Health.WARN: WAITING,
    Health.FAIL: FAILED,
    Health.SKIPPED: MUTED,
}
"""How a check ended, with the signs of every other list."""


def checkup(value: Checkup) -> Sequence[RenderableType]:
    """Return a row for each check, and below it what to do; at the end how many are not well."""
    return [checks(value.checks), Text(verdict(value.checks))]


def probed(value: Probed) -> Sequence[RenderableType]:
    """Return what a probe saw; where it did not run, what it would make and what it needs."""
    where = f"{value.environment}, account {value.account}, {value.region}"
    head = facts([("where", where), ("profile", value.profile)])
    if value.has_run:
        return [head, checks(value.checks), Text(verdict(value.checks))]
    policy = json.dumps(json.loads(value.policy), indent=2)
    return [head, checks(value.checks), Text(NOT_YET), Text(policy)]


NOT_YET = """\

With --yes a role that may do nothing and a state machine are made, both named bunsui-probe-…, five
executions run, four of them are redriven, and all of it is deleted again. That takes about a minute
and some fifty state transitions. The executing profile needs this policy:
"""


def verdict(value: Sequence[Check]) -> str:
    """Return how many checks failed, and how many are to be looked at."""
    failed = sum(one.health is Health.FAIL for one in value)
    warned = sum(one.health is Health.WARN for one in value)
    if not failed and not warned:
        return "All is well."
    return f"{failed} failed, {warned} to look at, of {len(value)}."


def checks(value: Sequence[Check]) -> RenderableType:
    """Return a row for each check, and below it what to do."""
    rows = [
        (
            one.name,
            Text(f"{SIGNS[one.health]} {one.health.value}", STYLES[SIGNS[one.health]]),
            plain(f"{one.found}\n{one.next}" if one.next else one.found),
        )
        for one in value
    ]
    return table(("check", "health", "found, and what to do"), rows)
