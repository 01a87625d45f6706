"""How an assistant's host is told about bunsui's MCP server."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

from bunsui_core.settings import Settings, local_settings

_OF_AWS = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE")
"""Where a profile and the certificates are, when they are not where everybody looks."""


def server_command() -> list[str]:
    """Return the command that a host starts, by absolute path: hosts have a PATH of their own."""
    beside = Path(sys.executable).with_name("bunsui")
    program = [str(beside)] if beside.exists() else [sys.executable, "-P", "-m", "bunsui_cli"]
    return [*program, "mcp", "--agent", "claude"]


def environment(settings: Settings) -> dict[str, str]:
    """Return what the host must set: nothing for what bunsui finds by itself."""
    is_default = settings.home == local_settings({}).home
    found = {} if is_default else {"BUNSUI_HOME": str(settings.home)}
    if settings.config:
        found["BUNSUI_CONFIG"] = str(settings.config)
    if not settings.is_local:
        found["BUNSUI_ENVIRONMENT"] = settings.environment
        found |= {one: os.environ[one] for one in _OF_AWS if os.environ.get(one)}
    return found


def server_name(settings: Settings) -> str:
    """Return what the host calls the server: each environment is one of its own."""
    return "bunsui" if settings.is_local else f"bunsui-{settings.environment}"


def claude_line(settings: Settings) -> str:
    """Return the line that connects Claude Code."""
    variables = [f"--env {shlex.quote(f'{k}={v}')} " for k, v in environment(settings).items()]
    command = shlex.join(server_command())
    return f"claude mcp add {server_name(settings)} {''.join(variables)}-- {command}"


def host_json(settings: Settings) -> str:
    """Return what other hosts take in their configuration."""
    program, *arguments = server_command()
    server = {"command": program, "args": arguments, "env": environment(settings)}
    return json.dumps({"mcpServers": {server_name(settings): server}})


def how_to_connect(settings: Settings) -> str:
    """Return both ways, for a person to copy."""
    return (
        f"\nConnect your assistant, in another terminal:\n\n  {claude_line(settings)}\n\n"
        f"or in the configuration of another host:\n\n  {host_json(settings)}\n"
    )
