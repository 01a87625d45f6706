"""`bunsui failures`: why it broke."""

from __future__ import annotations

import typer

from bunsui_cli.envelope import Answer
from bunsui_cli.output import AsJson, show
from bunsui_cli.sessions import Job, SessionId
from bunsui_core.settings import read_settings
from bunsui_core.wiring.agent import reading_desk

app = typer.Typer(name="failures", help="Why it broke.", callback=lambda: None)


@app.command("analyze")
def analyze(session_id: SessionId, job: Job = "", as_json: AsJson = False) -> None:
    """Explain why jobs of a session failed, citing the evidence."""
    desk = reading_desk(read_settings())
    analysis = desk.analyze(session_id, job)
    show(Answer("failures-analyze", analysis, desk.freshness()), as_json)
