"""How an assistant's host is told about bunsui's MCP server."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path


def server_command() -> list[str]:
    """Return the command that a host starts, by absolute path: hosts have a PATH of their own."""
    beside = Path(sys.executable).with_name("bunsui")
    program = [str(beside)] if beside.exists() else [sys.executable, "-m", "bunsui_cli"]
    return [*program, "mcp", "--agent", "claude"]


def claude_line(home: Path) -> str:
    """Return the line that connects Claude Code."""
    command = shlex.join(server_command())
    variable = shlex.quote(f"BUNSUI_HOME={home}")
    return f"claude mcp add bunsui --env {variable} -- {command}"


def host_json(home: Path) -> str:
    """Return what other hosts take in their configuration."""
    program, *arguments = server_command()
    server = {"command": program, "args": arguments, "env": {"BUNSUI_HOME": str(home)}}
    return json.dumps({"mcpServers": {"bunsui": server}}, indent=2)


def how_to_connect(home: Path) -> str:
    """Return both ways, for a person to copy."""
    return (
        f"\nConnect an assistant, in another terminal:\n\n  {claude_line(home)}\n\n"
        f"or in the configuration of another host:\n\n{host_json(home)}\n"
    )
