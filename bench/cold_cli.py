"""Claim: a cold command that reads the store costs no more than making one client of AWS.

`approvals list` reads a small store, `sessions list` one with a hundred thousand sessions.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from bench.many_sessions import store_sessions
from bench.measure import environment_with, seconds_of
from bench.result import Result
from bench.seed import seeded

PAIRS = 15
FEW, MANY = 100, 100_000
GOAL = 1.0
BUNSUI = str(Path(sys.executable).parent / "bunsui")
CLIENT = [
    sys.executable,
    "-c",
    "import boto3; boto3.client('stepfunctions', region_name='us-east-1')",
]


def measure() -> Result:
    """The ratio of the two processes for each command, as the median of pairs run by turns."""
    with tempfile.TemporaryDirectory() as home:
        store_sessions(Path(home), FEW)
        approvals = ratio_of("approvals", environment_with(Path(home)))
    sessions = ratio_of("sessions", environment_with(seeded(MANY)))
    numbers = {**approvals, **sessions}
    return Result(
        claim="cold_cli",
        goal=f"ratios <= {GOAL}",
        held=max(numbers["approvals_ratio"], numbers["sessions_ratio"]) <= GOAL,
        numbers={**numbers, "pairs": float(PAIRS), "sessions": float(MANY)},
    )


def ratio_of(noun: str, environment: Mapping[str, str]) -> dict[str, float]:
    """The command `list` of a noun beside a client of AWS."""
    command = [BUNSUI, noun, "list", "--json"]
    pairs = [
        (seconds_of(command, environment), seconds_of(CLIENT, environment))
        for _ in range(PAIRS + 1)
    ][1:]
    return {
        f"{noun}_ratio": round(median(bunsui / client for bunsui, client in pairs), 2),
        f"{noun}_s": round(median(bunsui for bunsui, _ in pairs), 3),
        f"{noun}_client_s": round(median(client for _, client in pairs), 3),
    }
