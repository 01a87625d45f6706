"""`bunsui worker`: observe, advance and execute what was approved, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import typer

from bunsui_cli.answers import WorkerStopped
from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, narrate, show
from bunsui_core.settings import read_settings

app = typer.Typer()


@app.command()
def worker(as_json: AsJson = False) -> None:
    """Watch the sessions and execute what was approved, until Ctrl-C."""
    # What a worker needs costs a quarter of a second, which `bunsui --help` must not pay.
    from bunsui_core.log import to_stderr
    from bunsui_core.wiring.worker import worker as wired_worker

    to_stderr()
    stop = threading.Event()
    received: list[str] = []

    def end(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number).name)
        stop.set()

    running = wired_worker(read_settings())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    narrate("The worker watches and executes what was approved. Ctrl-C stops it.")
    running.run(stop)
    show(Answer("worker", WorkerStopped(signal=received[0] if received else "")), as_json)
