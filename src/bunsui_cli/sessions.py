"""`bunsui sessions`: what ran, what it said, and asking for a new run."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer

from bunsui_cli.completing import job_names, pipeline_names, session_ids
from bunsui_cli.envelope import Answer
from bunsui_cli.filtering import Given, explain_nothing, filtered, wanted
from bunsui_cli.flags import from_flags
from bunsui_cli.inputs import input_text
from bunsui_cli.output import AsJson, show
from bunsui_cli.watching import keep_showing
from bunsui_cli.wishing import DryRun, Reason, Wish, Yes
from bunsui_core.desk.listing import ListDesk
from bunsui_core.domain.answer import SessionFilter, SessionPage
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.plan import Control
from bunsui_core.settings import read_settings
from bunsui_core.wiring.listing import list_desk

app = typer.Typer(
    name="sessions",
    help="What ran: list, search, show, read its log; ask to start, rerun, pause, cancel.",
)

SessionId = Annotated[
    str,
    typer.Argument(
        metavar="SESSION",
        help="Its id, from `bunsui sessions list`.",
        autocompletion=session_ids,
    ),
]
Job = Annotated[
    str,
    typer.Option(help="The job; without it the first one that failed.", autocompletion=job_names),
]


Limit = Annotated[int, typer.Option(min=1, max=200, help="At most so many lines.")]
Cursor = Annotated[str, typer.Option(help="`next_cursor` of the page before.")]


@app.command("list")
@filtered
def list_sessions(
    given: Given,
    limit: Limit = 20,
    cursor: Cursor = "",
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Show it anew when it changes, until Ctrl-C."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List sessions, newest first: all of them, or those that fit every option."""
    if not watch:
        show(found("sessions-list", wanted(given), limit, cursor), as_json)
        return
    desk = list_desk(read_settings())
    if not desk.sessions(wanted(given), 1).total:
        explain_nothing(wanted(given), desk)

    def look() -> Answer:
        return listed("sessions-list", desk, desk.sessions(wanted(given), limit, cursor))

    keep_showing(look, as_json, threading.Event())


@app.command("search")
@filtered
def search(
    given: Given,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORD]…",
            help="A part of a name or of an error, a value in an input or output, or a word such as"
            " status:failed. All of them have to fit.",
        ),
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """Find sessions by any value in their inputs and outputs, by name, error or time."""
    sought = wanted(given, words or ())
    if sought == SessionFilter():
        raise BadInput(
            "there is nothing to look for.",
            "Name a value, such as --input order_id=42, or a word; `sessions list` lists them all.",
        )
    show(found("sessions-search", sought, limit, cursor), as_json)


def found(name: str, sought: SessionFilter, limit: int, cursor: str) -> Answer:
    """Return one page of what is sought; whoever waits is told why there is nothing."""
    desk = list_desk(read_settings())
    page = desk.sessions(sought, limit, cursor)
    if not page.total:
        explain_nothing(sought, desk)
    return listed(name, desk, page)


def listed(name: str, desk: ListDesk, page: SessionPage) -> Answer:
    """Return a page as the answer of a command, with how old it is."""
    return Answer(name, page, desk.freshness(), page.next_cursor)


@app.command("show")
def show_session(session_id: SessionId, as_json: AsJson = False) -> None:
    """Show one session with the attempts of its jobs."""
    # Deferred: a list needs the store alone.
    from bunsui_core.wiring.agent import reading_desk

    view = reading_desk(read_settings()).session(session_id)
    show(Answer("sessions-show", view, view.freshness), as_json)


@app.command("logs")
def logs(
    session_id: SessionId,
    job: Job = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many lines.")] = 200,
    follow: Annotated[
        bool,
        typer.Option(
            "--follow", "-f", help="Of a session that runs: show lines as they come, until it ends."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the lines that the failing operation itself wrote, or what runs or ran last."""
    # Deferred: a list needs the store alone.
    from bunsui_cli.following import keep_following
    from bunsui_core.wiring.agent import reading_desk

    desk = reading_desk(read_settings())
    if follow and desk.session(session_id).session.stopped_at is None:
        keep_following(desk, session_id, job, as_json)
        return
    answer = desk.logs(session_id, job, limit)
    show(Answer("sessions-logs", answer, desk.age_of(answer)), as_json)


@app.command("start")
def start(
    pipeline: Annotated[
        str,
        typer.Argument(metavar="PIPELINE", help="Its name.", autocompletion=pipeline_names),
    ],
    file: Annotated[Path, typer.Option("--input", help="The input, a JSON file; - is stdin.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever approves and for the record.")],
    as_json: AsJson = False,
) -> None:
    """Ask for a new session; it starts after its approval."""
    # Deferred: looking at sessions needs nothing of what decides.
    from bunsui_core.wiring.operator import operator_desk

    desk = operator_desk(read_settings())
    approval = desk.start(pipeline, input_text(file), reason)
    show(Answer("sessions-start", approval, desk.freshness()), as_json)


@app.command("rerun")
@from_flags(Wish)
def rerun(wish: Wish) -> None:
    """Run a job again in the same session: shows what would run, then asks for it."""
    # Deferred: looking at sessions needs nothing of what decides.
    from bunsui_cli.rerunning import rerun

    rerun(wish)


@app.command("pause")
def pause(
    session_id: SessionId,
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Ask to start nothing new in a session; what runs goes on."""
    _control(session_id, Control.PAUSE, (reason, dry_run, yes, as_json))


@app.command("unpause")
def unpause(
    session_id: SessionId,
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Ask to go on with a paused session."""
    _control(session_id, Control.UNPAUSE, (reason, dry_run, yes, as_json))


@app.command("cancel")
def cancel(
    session_id: SessionId,
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Ask to stop what runs in a session and to end it."""
    _control(session_id, Control.CANCEL, (reason, dry_run, yes, as_json))


def _control(session_id: str, action: Control, said: tuple[str, bool, bool, bool]) -> None:
    # Deferred, as above.
    from bunsui_cli.rerunning import asks_first, control

    reason, dry_run, yes, as_json = said
    show(control(session_id, action, reason, dry_run, not asks_first(as_json, yes)), as_json)
