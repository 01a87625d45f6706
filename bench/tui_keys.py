"""Claim: a key in a list of a hundred thousand sessions is answered at once, in little memory."""

from __future__ import annotations

import time
from statistics import median, quantiles

from bench.result import Result
from bench.seed import seeded
from bench.terminal import Terminal, tui

MANY = 100_000
GOAL_MS, GOAL_MB = 50.0, 150.0
SIZES = {"80x24": (80, 24), "160x45": (160, 45)}
KEYS = {"down": b"\x1b[B", "page_down": b"\x1b[6~", "page_up_from_the_end": b"\x1b[5~"}
END = b"\x1b[F"
TIMES = 40


def measure() -> Result:
    """From a key to the first thing painted, p95, on a small and a large screen."""
    home, numbers = seeded(MANY), {"sessions": float(MANY)}
    for name, size in SIZES.items():
        with Terminal(tui("--no-worker"), home, size) as terminal:
            terminal.until_row()
            time.sleep(2.0)  # What is imported after the first rows belongs to another claim.
            for key, code in KEYS.items():
                if "end" in key:
                    terminal.press(END)
                taken = [terminal.press(code) * 1000 for _ in range(TIMES)]
                p95 = quantiles(taken, n=20, method="inclusive")[18]
                numbers[f"{key}_{name}_p50_ms"] = round(median(taken), 1)
                numbers[f"{key}_{name}_p95_ms"] = round(p95, 1)
            numbers[f"memory_{name}_mb"] = round(terminal.most_memory(), 1)
    slow = max(value for name, value in numbers.items() if name.endswith("p95_ms"))
    large = max(value for name, value in numbers.items() if name.endswith("_mb"))
    return Result(
        claim="tui_keys",
        goal=f"p95 <= {GOAL_MS} ms, memory <= {GOAL_MB} MB",
        held=slow <= GOAL_MS and large <= GOAL_MB,
        numbers=numbers,
    )
