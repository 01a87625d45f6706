"""Claim: the embedded AWS is ready within a second and idles in 80 MB.

Beside it stands what it uses from the first function on, when the nursery is there with the SDK.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from statistics import median

from bench.processes import children, resident_megabytes
from bench.result import Result
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.actors import credentials
from bunsui_core.adapters.emulator.launcher import down, up

STARTS = 7
GOAL_S = 1.0
GOAL_MB = 80.0
SETTLE_S = 2.0
TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
 "Principal": {"Service": "lambda.amazonaws.com"}}]}"""
START = (
    "import sys, time; began = time.perf_counter(); from pathlib import Path;"
    "from bunsui_core.adapters.emulator.launcher import up;"
    "up(Path(sys.argv[1]), watch_pid=int(sys.argv[2])); print(time.perf_counter() - began)"
)


def measure() -> Result:
    """The median of starts from a new process, and the proportional memory at rest."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ready = median([started(home) for _ in range(STARTS + 1)][1:])
        idle, used = memory(home)
    held = ready <= GOAL_S and idle <= GOAL_MB
    return Result(
        claim="embedded_aws",
        goal=f"ready <= {GOAL_S} s, idle <= {GOAL_MB} MB",
        held=held,
        numbers={
            "ready_s": round(ready, 2),
            "idle_mb": idle,
            "idle_with_nursery_mb": used,
            "load_average": round(os.getloadavg()[0], 1),
        },
    )


def started(home: Path) -> float:
    """The seconds of one start, imports included."""
    command = [sys.executable, "-c", START, str(home), str(os.getpid())]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    down(home)
    return float(said.stdout)


def memory(home: Path) -> tuple[float, float]:
    """The megabytes of a new server; and with its nursery, once a function has come and gone."""
    server = up(home, watch_pid=os.getpid())
    try:
        time.sleep(SETTLE_S)
        idle = resident_megabytes(server.pid)
        with Account(server, credentials(home, "root")) as account:
            invoke_and_delete(account)
        time.sleep(SETTLE_S)
        everybody = [server.pid, *children(server.pid)]
        return idle, round(sum(resident_megabytes(pid) for pid in everybody), 1)
    finally:
        down(home)


def invoke_and_delete(account: Account) -> None:
    """Let a function run once, so that the nursery is there, and remove it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return event")
    role = account.roles.create_role(RoleName="bench", AssumeRolePolicyDocument=TRUST)
    account.functions.create_function(
        FunctionName="bench",
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="index.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    account.functions.invoke(FunctionName="bench", Payload=b"{}")
    account.functions.delete_function(FunctionName="bench")
