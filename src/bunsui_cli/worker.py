"""`bunsui worker`: observe, advance and execute what was approved, until it is told to stop."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import Annotated

import typer

from bunsui_cli.answers import WorkerStopped
from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, narrate, show
from bunsui_cli.where import where
from bunsui_core.domain.notice import Notice
from bunsui_core.settings import Settings, read_settings

app = typer.Typer()

Machines = Annotated[
    bool | None,
    typer.Option(
        "--machines/--no-machines",
        help="Find executions that others started, in every state machine; when neither is "
        "said, everywhere but on the embedded AWS.",
    ),
]

Webhook = Annotated[
    str,
    typer.Option(
        envvar="BUNSUI_WEBHOOK",
        show_envvar=True,
        help="Where new failures and waiting approvals are posted as JSON; https only.",
    ),
]
TrustsClock = Annotated[
    bool,
    typer.Option(
        "--trust-clock",
        help="The clock is right now, though it stands before the last worker's moment.",
    ),
]


@app.command()
def worker(
    webhook: Webhook = "",
    machines: Machines = None,
    trusts_clock: TrustsClock = False,
    as_json: AsJson = False,
) -> None:
    """Watch the sessions and execute what was approved, until Ctrl-C."""
    # What a worker needs costs a quarter of a second, which `bunsui --help` must not pay.
    from bunsui_core.log import to_stderr
    from bunsui_core.wiring.executing import lacking
    from bunsui_core.wiring.notices import announcing
    from bunsui_core.wiring.regions import region_check
    from bunsui_core.wiring.worker import worker as wired_worker

    to_stderr()
    stop = threading.Event()
    received: list[str] = []

    def end(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number).name)
        stop.set()

    settings = read_settings()
    running = wired_worker(settings, machines, trusts_clock)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    if not settings.is_local:
        for one in region_check(settings.region):
            narrate(f"{one.found}. {one.next}")
    with announcing(settings, webhook, ring if sys.stderr.isatty() else None):
        narrate(greeting(settings))
        if why := lacking(settings):
            narrate(why)
        running.run(stop)
    show(Answer("worker", WorkerStopped(signal=received[0] if received else "")), as_json)


def greeting(settings: Settings) -> str:
    """Return what the worker does here: more than watching only where the file says so."""
    does = "watches and executes what was approved" if settings.may_execute else "only watches"
    return f"The worker {does}: {where(settings)}. Ctrl-C stops it."


def ring(notice: Notice) -> None:
    """Ring the terminal's bell, set its title, and write one line; its text is safe already."""
    narrate(f"\a\x1b]2;bunsui: {notice.title}\x07{notice.title}. Next: {notice.next}")
