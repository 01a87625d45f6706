"""State machines and how old what is known of them can be, for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.views.table import Cell, facts, table
from bunsui_cli.views.words import line, moment, status
from bunsui_core.domain.freshness import Bound, Watch
from bunsui_core.domain.machine import MachineList, WatchedMachine

MEANINGS = {
    "own": "what bunsui started",
    "found": "what others started",
    "swept": "the same, should an event get lost",
    "redriven": "what closed and others redrive",
}


def listing(value: MachineList) -> Sequence[RenderableType]:
    """Return a line for each machine, then what is promised and what holds."""
    if not value.items:
        return [
            Text(
                "No state machine is known. A worker of a named environment finds them: "
                "`bunsui init`, then `bunsui -e NAME worker`."
            )
        ]
    rows = [_row(one) for one in value.items]
    lines = [table(("machine", "read", "running", "last", "not watched because"), rows)]
    return [*lines, *(_promises(value.watch) if value.watch else ())]


def _row(one: WatchedMachine) -> Sequence[Cell]:
    last = status(one.last_status) if one.last_status else "–"
    running = str(one.running) if one.running else ""
    return (one.machine.name, moment(one.read_at), running, last, one.why_not or one.trouble)


def _promises(watch: Watch) -> Sequence[RenderableType]:
    rows = [(MEANINGS[name], *_ages(bound)) for name, bound in watch.bounds]
    counted = f"{watch.machines} machines watched, {watch.unwatched} not"
    more = facts([("trouble", line(watch.trouble, 600))]) if watch.trouble else Text("")
    return [table(("how old", "at most", "now", ""), rows), Text(counted), more]


def _ages(bound: Bound) -> tuple[str, str, str]:
    now = "–" if bound.measured_s is None else f"{bound.measured_s} s"
    return f"{bound.promised_s} s", now, "" if bound.is_kept else "not kept"
