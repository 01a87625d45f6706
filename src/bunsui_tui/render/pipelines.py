"""The list of pipelines and machines, and what the pane beside it says about one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.found import machine_pipeline
from bunsui_core.domain.machine import WatchedMachine
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.session import ATTENTION, SessionStatus, SessionSummary
from bunsui_tui.board import Board, Catalog
from bunsui_tui.render.graph import levels
from bunsui_tui.render.runs import spark, usual
from bunsui_tui.render.signs import QUIET, SESSIONS, Meaning, named, sign
from bunsui_tui.render.table import Column, Row
from bunsui_tui.render.text import MUTED, Block, apart, joined, said, section, stack, words
from bunsui_tui.render.times import absolute, ago, lasted, took

COLUMNS = (
    Column("", 1),
    Column("pipeline", 20),
    Column("jobs", 4, right=True),
    Column("last runs", 20),
    Column("failed", 6, right=True),
    Column("usual", 8, right=True),
    Column("last", 0),
)
_RANKS = {status: rank for rank, status in enumerate(ATTENTION)}
NEVER, UNWATCHED = len(ATTENTION), len(ATTENTION) + 1


@dataclass(frozen=True)
class Entry:
    """A pipeline, or a machine that belongs to none, with its last runs, newest first."""

    pipeline: Pipeline
    machine: WatchedMachine | None
    runs: tuple[SessionSummary, ...]

    @property
    def rank(self) -> int:
        """Where the list has it: what failed last before what runs, what is well, what is not."""
        if self.machine and not self.machine.is_watched:
            return UNWATCHED
        return _RANKS[self.runs[0].status] if self.runs else NEVER

    @property
    def meaning(self) -> Meaning:
        """How its last run went."""
        return SESSIONS[self.runs[0].status] if self.runs else QUIET


def entries(catalog: Catalog | None) -> tuple[Entry, ...]:
    """Return what is known, in the order that a human needs it."""
    if catalog is None:
        return ()
    known = [Entry(one, None, catalog.runs.get(one.name, ())) for one in catalog.pipelines]
    for machine in catalog.machines:
        pipeline = machine_pipeline(machine.machine.arn)
        known.append(Entry(pipeline, machine, catalog.runs.get(pipeline.name, ())))
    return tuple(sorted(known, key=lambda one: (one.rank, one.machine is not None)))


def rows(board: Board) -> tuple[Row, ...]:
    """Return a line for each pipeline and machine."""
    return tuple(_row(one, board) for one in entries(board.catalog))


def key_of(one: Entry) -> str:
    """Return the key of a line."""
    return one.machine.machine.arn if one.machine else one.pipeline.name


def entry(board: Board, key: str) -> Entry | None:
    """Return what the line of a key is about."""
    return next((one for one in entries(board.catalog) if key_of(one) == key), None)


def _row(one: Entry, board: Board) -> Row:
    failed = sum(run.status is SessionStatus.FAILED for run in one.runs)
    length = usual(one.runs)
    last = ago(one.runs[0].created_at, board.now) if one.runs else ""
    return Row(
        key_of(one),
        (
            sign(one.meaning),
            said(_name(one), 80),
            words("" if one.machine else str(len(one.pipeline.jobs))),
            spark(one.runs, board.now) if one.runs else words((_why_none(one), MUTED)),
            words(f"{failed}/{len(one.runs)}") if failed else Text(),
            words(lasted(length) if length else ""),
            words((last, MUTED)),
        ),
    )


def _name(one: Entry) -> str:
    return one.machine.machine.name if one.machine else one.pipeline.name


def _why_none(one: Entry) -> str:
    if one.machine and not one.machine.is_watched:
        return "not watched"
    return "no run is known"


def counted(board: Board, width: int) -> Text:
    """Return how many pipelines and machines there are, and how many of them failed last."""
    known = entries(board.catalog)
    if board.catalog is None:
        return apart(Text(), words(("reading the store…", MUTED)), width)
    failing = sum(one.rank == 0 for one in known)
    left = named(SESSIONS[SessionStatus.FAILED], f"{failing} failed last") if failing else Text()
    alone = len(board.catalog.machines)
    number = len(board.catalog.pipelines)
    count = f"{number:,} pipeline{'' if number == 1 else 's'}"
    more = f", {alone:,} machine{'' if alone == 1 else 's'} of none" if alone else ""
    return apart(left, words((f"{count}{more}", MUTED)), width)


def beside(board: Board, key: str) -> Group:
    """Return what is known about a pipeline: its graph, its jobs, its last run."""
    one = entry(board, key)
    if one is None:
        return stack([])
    machine = one.machine
    parts: list[Block] = [*_last(one, board)]
    if machine:
        parts += list(_machine(machine, board))
    else:
        parts += [section("GRAPH", graph(one.pipeline)), *_jobs(one.pipeline)]
    return stack(parts)


def _last(one: Entry, board: Board) -> Iterable[Block]:
    if not one.runs:
        return
    run = one.runs[0]
    length = lasted(took(run.created_at, run.stopped_at, board.now))
    state = named(SESSIONS[run.status], run.status.value.lower())
    told = f" · {ago(run.created_at, board.now)} · took {length} · "
    yield section("LAST RUN", words(state, told, said(run.session_id, 64)))
    if run.status is SessionStatus.FAILED:
        yield section("", said(f"{run.failed_job}: {run.error}", 300))


def _machine(one: WatchedMachine, board: Board) -> Iterable[Block]:
    yield section("MACHINE", said(one.machine.arn, 300), words((one.machine.kind.value, MUTED)))
    if not one.is_watched:
        yield section("WATCHED", words("no: ", said(one.why_not, 400)))
        return
    read = f"read {ago(one.read_at, board.now)}" if one.read_at else "not read yet"
    chosen = said(f" · {one.chosen_by}" if one.chosen_by else "", 200)
    yield section("WATCHED", words("yes · ", read, f" · {one.running} running", chosen))
    if one.active_at:
        yield section("ACTIVE", words(absolute(one.active_at)))
    if one.trouble:
        yield section("TROUBLE", said(one.trouble, 400))


def graph(pipeline: Pipeline) -> Text:
    """Return the jobs level by level: `ingest → left, right → publish`."""
    steps = [said(", ".join(level), 400) for level in levels(pipeline)]
    return joined(steps, " → ")


def _jobs(pipeline: Pipeline) -> Iterable[Block]:
    for name in pipeline.order:
        job = pipeline.find(name)
        if job is None:
            continue
        after = f" after {', '.join(job.after)}" if job.after else " first"
        again = f" · run twice: {job.effect.value}"
        about = words((after.strip(), MUTED), (again, MUTED))
        yield section(name[:20], about, said(job.machine, 300, MUTED), width=22, style="outside")
