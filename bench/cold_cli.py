"""Claim: a cold `bunsui approvals list --json` costs no more than making one client of AWS."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.many_sessions import store_sessions
from bench.measure import environment_with, seconds_of
from bench.result import Result

PAIRS = 15
SESSIONS = 100
GOAL = 1.0
BUNSUI = [str(Path(sys.executable).parent / "bunsui"), "approvals", "list", "--json"]
CLIENT = [
    sys.executable,
    "-c",
    "import boto3; boto3.client('stepfunctions', region_name='us-east-1')",
]


def measure() -> Result:
    """The ratio of the two processes, as the median of pairs run by turns."""
    with tempfile.TemporaryDirectory() as home:
        store_sessions(Path(home), SESSIONS)
        environment = environment_with(Path(home))
        pairs = [
            (seconds_of(BUNSUI, environment), seconds_of(CLIENT, environment))
            for _ in range(PAIRS + 1)
        ][1:]
    ratio = median(bunsui / client for bunsui, client in pairs)
    return Result(
        claim="cold_cli",
        goal=f"ratio <= {GOAL}",
        held=ratio <= GOAL,
        numbers={
            "ratio": round(ratio, 2),
            "bunsui_s": round(median(bunsui for bunsui, _ in pairs), 3),
            "boto3_client_s": round(median(client for _, client in pairs), 3),
            "pairs": float(PAIRS),
        },
    )
