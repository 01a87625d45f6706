"""Claim: a thousand sessions of `orders` run on the embedded AWS within two minutes.

Five jobs of two functions each a session, started, observed and archived by a worker that is a
process of its own; what is measured runs from the first open session to the last closed one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import environment_with
from bench.processes import cpu_seconds, resident_megabytes
from bench.result import Result
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.actors import credentials
from bunsui_core.adapters.emulator.deployment import deploy
from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.adapters.emulator.scenes.first_four import plays
from bunsui_core.domain.session import JobRun, Session, SessionStatus
from bunsui_core.ports.store import Store
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store

SESSIONS = int(os.environ.get("BENCH_SESSIONS", "1000"))
GOAL_S = 120.0
PATIENCE_S = 1200.0


def measure() -> Result:
    """The seconds until the last session has succeeded, and what the processes used."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server = up(home, watch_pid=os.getpid(), wait_scale=0)
        try:
            kept = open_sessions(home)
            began = time.monotonic()
            with subprocess.Popen(
                [sys.executable, "-m", "bunsui_cli", "worker"],
                env=environment_with(home),
                stdout=subprocess.DEVNULL,
            ) as worker:
                wait(kept)
                seconds = time.monotonic() - began
                used = {
                    "worker_cpu_s": round(cpu_seconds(worker.pid), 1),
                    "server_cpu_s": round(cpu_seconds(server.pid), 1),
                    "server_mb": resident_megabytes(server.pid),
                }
                worker.send_signal(signal.SIGINT)
        finally:
            down(home)
    rate = {"sessions": float(SESSIONS), "seconds": round(seconds, 1)}
    rate["load_average"] = round(os.getloadavg()[0], 1)
    return Result(
        claim="thousand_sessions",
        goal=f"{SESSIONS} sessions <= {GOAL_S * SESSIONS / 1000} s",
        held=seconds <= GOAL_S * SESSIONS / 1000,
        numbers={**rate, **used},
    )


def open_sessions(home: Path) -> Store:
    """Store sessions as the executor of an approved start stores them; return the store."""
    settings = Settings(home=home)
    kept = store(settings, writer(settings))
    healthy = plays(1)[0]
    with Account(up(home), credentials(home, "root")) as account:
        name = healthy.scene.pipeline
        pipeline = healthy.pipeline(deploy(account, {name: healthy.template()})[name])
        kept.pipelines.put(pipeline)
        (staged,) = healthy.stage(account, "bench")
    for number in range(SESSIONS):
        kept.sessions.save(
            Session(
                id=f"bench-{number:04d}",
                pipeline=pipeline,
                environment=settings.environment,
                account=settings.account,
                region=settings.region,
                input=staged.session_input,
                runs=tuple(JobRun(job=job) for job in pipeline.order),
                status=SessionStatus.RUNNING,
                created_at=datetime.now(UTC),
                requested_by="human:bench",
            )
        )
    return kept


def wait(kept: Store) -> None:
    """Wait until nothing is open; what failed is no measurement."""
    deadline = time.monotonic() + PATIENCE_S
    while left := kept.sessions.open_ids():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(left)} sessions are open still")
        time.sleep(0.1)
    for number in range(SESSIONS):
        status = kept.sessions.get(f"bench-{number:04d}").status
        if status is not SessionStatus.SUCCEEDED:
            raise RuntimeError(f"session {number} is {status}")
