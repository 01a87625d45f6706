"""`bunsui mcp`: the MCP server, over stdio for a host that starts it, or over HTTP and SSE."""

from __future__ import annotations

import typer

from bunsui_cli.processes import become

app = typer.Typer()

# The server reads its own flags, so that they are said once; also --help is its own.
_ALL = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command(context_settings=_ALL, add_help_option=False)
def mcp(context: typer.Context) -> None:
    """Serve assistants over stdio, HTTP or SSE; they look, explain and ask, and decide nothing."""
    become("bunsui_mcp", context.args)
