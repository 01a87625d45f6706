"""Sessions and their logs for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.views.table import Cell, facts, table
from bunsui_cli.views.words import line, moment, plain, short, status, took
from bunsui_cli.where import makes_some
from bunsui_core.domain.answer import OperationLogs, SessionPage, SessionView
from bunsui_core.domain.session import ATTENTION, Session, SessionOrigin, SessionStatus


def page(value: SessionPage) -> Sequence[RenderableType]:
    """Return one page of sessions."""
    if not value.items:
        return [Text(f"No session matches. {makes_some()}"), *unsearched(value)]
    rows = [
        (
            one.session_id,
            one.pipeline,
            status(one.status),
            f"{one.jobs_done}/{one.jobs_total}",
            short(one.created_at),
            took(one.created_at, one.stopped_at),
            line(f"{one.failed_job}: {one.error}" if one.failed_job else ""),
        )
        for one in value.items
    ]
    columns = ("session", "pipeline", "status", "jobs", "started", "took", "failed")
    end = [Text(f"{len(rows)} of {value.total:,}{counts(value)}"), *unsearched(value)]
    if value.next_cursor:
        end.append(Text(f"more: the same command with --cursor {value.next_cursor}"))
    return [table(columns, rows), *end]


def counts(value: SessionPage) -> str:
    """Return how many sessions of each status there are, where that says something."""
    every = {one.value.lower(): value.totals.of(one) for one in ATTENTION}
    some = [f"{number:,} {name}" for name, number in every.items() if number]
    return f": {', '.join(some)}" if len(some) > 1 else ""


def unsearched(value: SessionPage) -> Sequence[Text]:
    """Return what a search cannot know of."""
    if not value.unsearched:
        return []
    some = f"of {value.unsearched:,} a search does not know every value"
    return [Text(f"{some}; `bunsui worker` makes known what an older bunsui stored.")]


def view(value: SessionView) -> Sequence[RenderableType]:
    """Return one session with every attempt of its jobs."""
    session = value.session
    head = facts(
        [
            ("session", session.id),
            ("pipeline", session.pipeline.name),
            ("status", status(session.status)),
            ("where", f"{session.environment}, account {session.account}, {session.region}"),
            ("started", f"{moment(session.created_at)}{by(session)}"),
            ("took", took(session.created_at, session.stopped_at)),
            ("waiting", ", ".join(value.open_requests)),
        ]
    )
    columns = ("job", "attempt", "status", "redrives", "took", "error")
    return [head, table(columns, attempts(session)), *next_steps(value)]


def by(session: Session) -> str:
    """Return who asked for a session, as far as anybody knows."""
    is_found = session.origin is SessionOrigin.FOUND
    return ", not through bunsui" if is_found else f" by {session.requested_by}"


def attempts(session: Session) -> Iterator[Sequence[Cell]]:
    """Yield a row for each attempt, jobs in graph order."""
    for job in session.pipeline.order:
        run = session.run(job)
        if run is None or not run.attempts:
            yield (job, "", Text("· WAITING", "dim"), "", "", "")
            continue
        for one in run.attempts:
            yield (
                job,
                str(one.number),
                status(one.status),
                str(one.redrive_count),
                took(one.started_at, one.stopped_at),
                line(one.error),
            )


def next_steps(value: SessionView) -> list[RenderableType]:
    """Return the commands that go on from here: why it failed, what it writes while it runs."""
    session = value.session
    steps = [f"why: bunsui failures analyze {session.id}"] if session.failed_jobs else []
    if session.status is SessionStatus.PAUSED:
        steps.append(f"go on: bunsui sessions unpause {session.id} --reason TEXT")
    elif session.stopped_at is None:
        steps.append(f"its log: bunsui sessions logs {session.id} --follow")
    return [Text(one) for one in steps]


def logs(value: OperationLogs) -> Sequence[RenderableType]:
    """Return the lines of the failing operation's own request."""
    head = facts(
        [
            ("job", value.job),
            ("operation", value.operation),
            ("request", value.request_id),
            ("note", value.note),
        ]
    )
    lines = [Text.assemble((f"{moment(one.at)} ", "dim"), plain(one.text)) for one in value.lines]
    return [head, *lines, *([Text("… more lines were left out")] if value.truncated else [])]
