"""Claim: the demo of one scene, from the command to its report, takes at most six seconds warm.

Warm: the home exists and the scene's pipeline is deployed; the embedded AWS starts and ends with
each run, and so do the scripted agent and its MCP server.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.measure import environment_with, seconds_of
from bench.result import Result

RUNS = 5
GOAL_S = 6.0
DEMO = [sys.executable, "-m", "bunsui_cli", "demo", "--headless", "--scene", "throttled"]


def measure() -> Result:
    """The median of runs in one home, after a first one that deploys."""
    with tempfile.TemporaryDirectory() as home:
        environment = environment_with(Path(home))
        cold, *warm = [seconds_of(DEMO, environment) for _ in range(RUNS + 1)]
    return Result(
        claim="one_scene",
        goal=f"<= {GOAL_S:.0f} s",
        held=median(warm) <= GOAL_S,
        numbers={
            "warm_s": round(median(warm), 2),
            "best_s": round(min(warm), 2),
            "first_s": round(cold, 2),
            "runs": float(RUNS),
            "load_average": round(os.getloadavg()[0], 1),
        },
    )
