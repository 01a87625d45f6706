"""How an assistant's host is told about bunsui's MCP server."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

from bunsui_core.settings import Settings, read_settings


def server_command() -> list[str]:
    """Return the command that a host starts, by absolute path: hosts have a PATH of their own."""
    beside = Path(sys.executable).with_name("bunsui")
    program = [str(beside)] if beside.exists() else [sys.executable, "-m", "bunsui_cli"]
    return [*program, "mcp", "--agent", "claude"]


def environment(settings: Settings) -> dict[str, str]:
    """Return what the host must set: nothing for the home that bunsui finds by itself."""
    is_default = settings.home == read_settings({}).home
    return {} if is_default else {"BUNSUI_HOME": str(settings.home)}


def claude_line(settings: Settings) -> str:
    """Return the line that connects Claude Code."""
    variables = [f"--env {shlex.quote(f'{k}={v}')} " for k, v in environment(settings).items()]
    return f"claude mcp add bunsui {''.join(variables)}-- {shlex.join(server_command())}"


def host_json(settings: Settings) -> str:
    """Return what other hosts take in their configuration."""
    program, *arguments = server_command()
    server = {"command": program, "args": arguments, "env": environment(settings)}
    return json.dumps({"mcpServers": {"bunsui": server}})


def how_to_connect(settings: Settings) -> str:
    """Return both ways, for a person to copy."""
    return (
        f"\nConnect your assistant, in another terminal:\n\n  {claude_line(settings)}\n\n"
        f"or in the configuration of another host:\n\n  {host_json(settings)}\n"
    )
