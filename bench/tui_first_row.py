"""Claim: among a hundred thousand sessions, the first rows are there before one waits for them."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

from bench.result import Result
from bench.seed import seeded
from bench.terminal import Terminal, tui

MANY = 100_000
GOAL_S = 0.6
TIMES = 9
SIZE = (80, 24)
PROGRAM = [sys.executable, "-m", "bunsui_tui"]


def measure() -> Result:
    """From exec to the first row in a terminal, as the median of runs by turns."""
    home = seeded(MANY)
    pairs = [(_first_row(PROGRAM, home), _first_row(tui(), home)) for _ in range(TIMES + 1)][1:]
    program, command = (median(taken) for taken in zip(*pairs, strict=True))
    return Result(
        claim="tui_first_row",
        goal=f"median <= {GOAL_S} s",
        held=program <= GOAL_S,
        numbers={
            "median_s": round(program, 3),
            "best_s": round(min(taken for taken, _ in pairs), 3),
            "command_median_s": round(command, 3),
            "sessions": float(MANY),
        },
    )


def _first_row(command: list[str], home: Path) -> float:
    with Terminal([*command, "--no-worker"], home, SIZE) as terminal:
        return terminal.until_row()
