"""A whole store for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.views.table import facts
from bunsui_cli.views.words import moment
from bunsui_core.domain.moving import Kind, Migrated, Moved, Shelving, StoreState

_UNITS = ("bytes", "kB", "MB", "GB")


def state(value: StoreState) -> Sequence[RenderableType]:
    """Return where a store is, what it holds, and what is missing of it."""
    found = facts(
        [
            ("store", f"{value.where} ({value.kind}, version {value.version})"),
            ("documents", value.documents_where),
            ("holds", counted(value.counts)),
            *(shelved(value.archive) if value.archive else ()),
        ]
    )
    return [found, *(Text(one) for one in troubles(value))]


def troubles(value: StoreState) -> Sequence[str]:
    """Return a sentence for each thing that keeps a store from being used."""
    if value.unfinished:
        return [
            f"The import of the export {value.unfinished[:12]} was not finished, and nothing of "
            "the store is shown until it is. Run it again: bunsui store import PATH"
        ]
    if value.version < value.known_version:
        return [
            f"An older bunsui wrote it; this one needs version {value.known_version}. "
            "Run: bunsui store migrate"
        ]
    if value.version > value.known_version:
        return ["A newer bunsui wrote it. Upgrade bunsui."]
    return []


def shelved(value: Shelving) -> Sequence[tuple[str, str]]:
    """Return what is archived and for how long, and what of it is old."""
    since = f", the oldest of {moment(value.oldest_at)}" if value.oldest_at else ""
    kept = f"kept for {value.keep_days} days (keep_days)" if value.keep_days else "kept for good"
    lines = [
        ("archive", f"{value.executions} executions, {size(value.bytes)}{since}"),
        ("retention", kept),
    ]
    if value.due:
        lines.append(("goes", f"{value.due} old ones, by the worker"))
    return [*lines, *(("stays", f"{n} old ones: {why}") for why, n in value.staying.items())]


def moved(value: Moved) -> Sequence[RenderableType]:
    """Return what was exported or imported."""
    return [
        facts(
            [
                ("in", value.path),
                ("of", f"{value.place.environment}: {value.place.account}, {value.place.region}"),
                ("holds", counted(value.counts)),
                ("documents", str(value.documents)),
                ("digest", value.digest),
                ("left out", f"{value.damaged} archives" if value.damaged else ""),
                ("in place of", value.kept_aside),
            ]
        ),
        Text("Private keys are not part of it: who decides elsewhere takes the folder keys along."),
    ]


def migrated(value: Migrated) -> Sequence[RenderableType]:
    """Return how a store was brought up to date."""
    into = moved(value.moved) if value.moved else ()
    if value.from_version == value.to_version:
        return [Text(f"{value.where} is up to date (version {value.to_version})."), *into]
    return [
        Text(f"{value.where}: from version {value.from_version} to {value.to_version}."),
        facts([("digest", f"{value.digest}, before and after"), ("copy", value.kept_aside)]),
        *into,
    ]


def counted(counts: Mapping[Kind, int]) -> str:
    """Return how many there are of each kind of which there are any."""
    return ", ".join(f"{kind.value} {n}" for kind, n in counts.items() if n) or "nothing"


def size(number: float) -> str:
    """Return a number of bytes in a unit that a person reads."""
    unit = 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.{1 if unit and number < 10 else 0}f} {_UNITS[unit]}"
