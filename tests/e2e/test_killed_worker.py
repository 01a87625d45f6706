"""A worker that is killed again and again loses nothing and starts nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.domain.environment import StoreKind
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.session import SessionStatus
from tests.e2e.twelve_jobs import TwelveJobs, twelve_jobs
from tests.emulator.embedded import Embedded, until

KILLS = 30
PATIENCE = 120.0
LONGEST = 0.6
"""Seconds that a worker lives at most after its first round has begun."""


@pytest.fixture(params=StoreKind)
def twelve(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TwelveJobs]:
    """Twelve jobs on an embedded AWS of their own, each of which takes seconds."""
    kept: StoreKind = request.param
    monkeypatch.setenv("BUNSUI_STORE", kept.value)
    embedded = Embedded(up(tmp_path, watch_pid=os.getpid(), wait_scale=1), tmp_path)
    with embedded.open:
        yield twelve_jobs(embedded, tmp_path, 3, kept)
    down(tmp_path)


@contextmanager
def worker(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process, killed at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bunsui_cli", "worker", "--json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "BUNSUI_HOME": str(home)},
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def kill_one_at(seconds: float, twelve: TwelveJobs) -> None:
    """Let a worker live so long after its first round began, then kill it."""
    heartbeat = twelve.store.heartbeat
    before = heartbeat.last()
    with worker(twelve.aws.home):
        until(lambda: heartbeat.last() != before, PATIENCE)
        time.sleep(seconds)


def status(twelve: TwelveJobs, session_id: str) -> SessionStatus | None:
    """How a session stands, once there is one."""
    try:
        return twelve.store.sessions.get(session_id).status
    except NotFound:
        return None


@pytest.mark.slow
def test_a_worker_killed_at_thirty_moments_loses_nothing_and_starts_nothing_twice(
    twelve: TwelveJobs,
) -> None:
    moments, session_ids = random.Random(30), [twelve.start()]
    for _ in range(KILLS):
        if status(twelve, session_ids[-1]) is SessionStatus.SUCCEEDED:
            session_ids.append(twelve.start())
        kill_one_at(moments.uniform(0, LONGEST), twelve)

    with worker(twelve.aws.home):
        until(lambda: status(twelve, session_ids[-1]) is SessionStatus.SUCCEEDED, PATIENCE)

    for session_id in session_ids:
        twelve.must_be_whole(twelve.store.sessions.get(session_id))


@pytest.mark.slow
def test_two_workers_at_once_do_each_job_once(twelve: TwelveJobs) -> None:
    """Neither knows of the other; both look at the same sessions in every round."""
    session_ids = [twelve.start() for _ in range(3)]

    with worker(twelve.aws.home), worker(twelve.aws.home):
        for session_id in session_ids:
            until(lambda one=session_id: status(twelve, one) is SessionStatus.SUCCEEDED, PATIENCE)

    for session_id in session_ids:
        twelve.must_be_whole(twelve.store.sessions.get(session_id))
