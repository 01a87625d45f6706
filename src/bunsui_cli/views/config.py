"""Settings and environments for a person."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.views.machine import checkup
from bunsui_cli.views.table import facts, table
from bunsui_cli.views.words import plain
from bunsui_core.domain.configuring import (
    Configuration,
    Initialised,
    NamedEnvironment,
    Policies,
)
from bunsui_core.domain.environment import StoreKind
from bunsui_core.domain.health import Checkup
from bunsui_core.settings import TABLE


def configuration(value: Configuration) -> Sequence[RenderableType]:
    """Return every value with its origin, and the environments below."""
    rows = [
        (one.key, plain(one.value or "-"), plain(f"{one.origin} {one.where}".strip()))
        for one in value.settings
    ]
    shown: list[RenderableType] = [table(("setting", "value", "said by"), rows)]
    if value.trouble:
        return [*shown, Text(), plain(value.trouble)]
    return [*shown, Text(), environments(value.environments)]


def environments(items: Sequence[NamedEnvironment]) -> RenderableType:
    """Return a row for each environment; the one in force is marked."""
    rows = [
        (
            Text("▶" if one.chosen else ""),
            plain(one.name),
            plain(f"{one.account} {one.region}"),
            plain(one.kind),
            plain(one.read_profile or "-"),
            plain(_changes_as(one) or "-"),
        )
        for one in items
    ]
    return table(("", "environment", "account", "class", "reads as", "changes as"), rows)


def initialised(value: Initialised) -> Sequence[RenderableType]:
    """Return what was written, what the profiles may do, and what to do now."""
    one = value.environment
    written = [
        ("account", f"{one.account}, {one.region}"),
        ("class", one.kind.value),
        ("reads as", one.read_profile),
        ("changes as", _changes_as(one) or "nobody"),
        ("an agent sees", one.expose.value),
        ("machines", ", ".join(one.include) or "all"),
        ("but not", ", ".join(one.exclude)),
        *_kept(one),
    ]
    return [
        plain(f"{value.name} is in {value.path}"),
        facts(written),
        Text(),
        *checkup(Checkup(checks=value.checks)),
        Text(),
        plain(f"Look:  bunsui -e {value.name} worker, and bunsui -e {value.name} tui"),
        plain(f"Again: bunsui config check {value.name}"),
        plain(f"Policies and stacks: bunsui init --print-policies {value.name}"),
    ]


def _kept(one: NamedEnvironment) -> Sequence[tuple[str, str]]:
    """What is said of the store and the archive; nothing where all is as it is by itself."""
    days = f"{one.keep_days} days" if one.keep_days else ""
    if one.store is StoreKind.SQLITE:
        return [("archive kept", days)]
    return [
        ("decides as", one.approve_profile or "the profile that reads"),
        ("store", f"the table {one.table or TABLE} in DynamoDB, and a bucket in S3"),
        ("archive kept", days),
    ]


def policies(value: Policies) -> Sequence[RenderableType]:
    """Return each document, to copy."""
    return [
        Text("For the profile that reads:"),
        plain(json.dumps(value.reading, indent=2)),
        Text("For a profile that also executes what was approved:"),
        plain(json.dumps(value.executing, indent=2)),
        Text("To hear of executions at once instead of looking for them, a stack of AWS:"),
        plain(json.dumps(value.event_queue, indent=2)),
        *_of_store(value),
    ]


def _changes_as(one: NamedEnvironment) -> str:
    """The profile that changes something there; none where nothing is executed."""
    return one.execute_profile if one.executes else ""


def _of_store(value: Policies) -> Sequence[RenderableType]:
    if not value.store:
        return ()
    return [
        Text("For the profile that decides, of a person:"),
        plain(json.dumps(value.approving, indent=2)),
        Text("For a person who names the first approver and brings pipelines, on the occasion:"),
        plain(json.dumps(value.setting_up, indent=2)),
        Text("For the function that brings sessions forward, where no worker runs:"),
        plain(json.dumps(value.conducting, indent=2)),
        Text("For a person who moves the whole store, on the occasion; it may rewrite all of it:"),
        plain(json.dumps(value.moving, indent=2)),
        Text("The store itself, a stack of AWS:"),
        plain(json.dumps(value.store, indent=2)),
    ]
