"""`bunsui local`: the embedded AWS of this home."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bunsui_cli.answers import LocalReset, LocalState
from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, narrate, show
from bunsui_cli.person import person
from bunsui_core.domain.environment import LOCAL
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.safe import safe
from bunsui_core.settings import local_settings
from bunsui_core.wiring.local import (
    Emptied,
    Referring,
    forget_store,
    local_down,
    local_reset,
    local_status,
    local_up,
    may_forget_store,
    referring,
)


def said_elsewhere() -> None:
    """Tell whoever named another environment that it has no part in this."""
    named = os.environ.get("BUNSUI_ENVIRONMENT") or LOCAL
    if named != LOCAL:
        narrate(safe(f"This is about the embedded AWS of this home; {named} has no part in it."))


app = typer.Typer(
    name="local",
    help="The embedded AWS: start it, stop it, look at it, empty it.",
    callback=said_elsewhere,
)


@app.command("up")
def up(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="A port of the loopback interface; 0 is any.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Start the embedded AWS and leave it running; one that runs is kept."""
    local_up(local_settings(), port, narrate)
    show(Answer("local-up", state()), as_json)


@app.command("down")
def down(as_json: AsJson = False) -> None:
    """Stop the embedded AWS; what it holds is kept for the next start."""
    local_down(local_settings())
    show(Answer("local-down", state()), as_json)


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """Show whether the embedded AWS runs, and where."""
    show(Answer("local-status", state()), as_json)


@app.command("reset")
def reset(
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask whether you mean it.", show_default=False)
    ] = False,
    with_store: Annotated[
        bool,
        typer.Option(
            "--store",
            help="Also remove what bunsui stored: sessions, requests, decisions, the demo's key.",
            show_default=False,
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Empty the embedded AWS: machines, executions, functions, logs, objects, everything."""
    settings = local_settings()
    known = referring(settings)
    if with_store:
        may_forget_store(settings)
    if not yes:
        confirm(known, with_store)
    done = local_reset(settings, narrate)
    if with_store:
        forget_store(settings)
    show(Answer("local-reset", outcome(done, known, with_store)), as_json)


def confirm(known: Referring, with_store: bool) -> None:
    """Ask the person whether all of it shall go. Raises: NotAuthorised, Refused."""
    with person("a reset", "Run the command in a terminal, or add --yes.") as human:
        human.tell("Everything in the embedded AWS of this home will be removed.")
        if with_store:
            human.tell(f"So will bunsui's store: {known.sessions} sessions and all requests.")
        elif known.sessions:
            human.tell(f"{known.sessions} sessions stay in the store; --store removes them too.")
        if human.ask("Type reset to go on: ") != "reset":
            raise Refused("nothing was removed.", "Run the command again when you mean it.")


def outcome(done: Emptied, known: Referring, with_store: bool) -> LocalReset:
    """Return what came of a reset."""
    return LocalReset(
        removed=dict(done.removed),
        running=bool(done.url),
        url=done.url,
        store_removed=with_store,
        sessions=known.sessions,
        open_sessions=known.open_sessions,
        waiting_requests=known.waiting_requests,
    )


def state() -> LocalState:
    """Return whether the embedded AWS runs, as it is now."""
    server = local_status(local_settings())
    if server is None:
        return LocalState(running=False)
    return LocalState(
        running=True,
        url=server.url,
        pid=server.pid,
        account=server.account,
        region=server.region,
        version=server.version,
        started_at=server.started_at,
        troubles=server.troubles,
    )
