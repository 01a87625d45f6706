"""Where the command `bunsui` begins: the terminal UI starts at once, everything else is read."""

from __future__ import annotations

import sys

from bunsui_cli.processes import become


def main() -> None:
    """Run the command of this process and end it with a documented exit code."""
    noun, *flags = sys.argv[1:] or [""]
    if noun == "tui" and flags in ([], ["--no-worker"]):
        # Who is woken by a failure waits for the list of sessions, not for a parser of flags.
        become("bunsui_tui", flags)
    from bunsui_cli.__main__ import main as run_command

    run_command()
