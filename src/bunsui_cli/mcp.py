"""`bunsui mcp`: the MCP server over stdio, for an assistant's host to start."""

from __future__ import annotations

from typing import Annotated

import typer

from bunsui_cli.processes import become

app = typer.Typer()


@app.command()
def mcp(
    agent: Annotated[str, typer.Option(help="The name under which this assistant asks.")],
) -> None:
    """Serve an assistant over stdio; it can look, explain and ask, and decide nothing."""
    become("bunsui_mcp", ["--agent", agent])
