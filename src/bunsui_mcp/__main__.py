"""`python -m bunsui_mcp --agent NAME`: an agent's desk over stdin and stdout."""

from __future__ import annotations

import argparse
import logging
import sys

import anyio

from bunsui_core.domain.errors import BunsuiError
from bunsui_core.settings import Settings, read_settings
from bunsui_core.wiring.agent import agent_desk
from bunsui_mcp.server import build_server
from bunsui_mcp.stdio import serve_stdio

log = logging.getLogger("bunsui_mcp")


def main() -> int:
    """Serve until the client leaves; the exit code is that of the CLI."""
    given = _arguments()
    settings = read_settings()
    try:
        _log_to(settings)
        anyio.run(serve_stdio, build_server(agent_desk(settings, given.agent)))
    except BunsuiError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return 6 if error.code == "unavailable" else 1
    except KeyboardInterrupt:
        return 130
    except Exception:
        log.exception("the MCP server ended")
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bunsui mcp", description="Serve bunsui's tools to one agent over stdin and stdout."
    )
    parser.add_argument(
        "--agent", default="agent", metavar="NAME", help="who is asking; shown to the human"
    )
    return parser.parse_args()


def _log_to(settings: Settings) -> None:
    """Send warnings and crashes to stderr and to the log file, never to stdout."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if settings.home.is_dir():
        handlers.append(logging.FileHandler(settings.log_path, encoding="utf-8", delay=True))
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        handlers=handlers,
    )


if __name__ == "__main__":
    sys.exit(main())
