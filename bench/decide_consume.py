"""Claim: a decision and the consumption of its request take at most 10 ms on SQLite.

The decision is signed, by a key for which scrypt takes no time, and recorded; the executor verifies
it and consumes the request. What a whole execution takes, which pauses a session, is told beside
it. Each of `REQUESTS` has a session of its own, over one store.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median

from bench.result import Result
from bunsui_core.app.execute import execute
from bunsui_core.app.lease import Turn
from bunsui_core.domain.approval import EffectState
from tests.exactly_once.ground import Ground
from tests.exactly_once.play import BEGIN, Play, Tap, play
from tests.exactly_once.scripts import Script, scripts
from tests.local_home import LocalHome

REQUESTS = 60


def measure() -> Result:
    """Takes the medians of the best of three rounds."""
    with tempfile.TemporaryDirectory() as folder:
        script = scripts(Path(folder) / "planned")["pause"]
        rounds = [taken(Path(folder) / str(n), script) for n in range(3)]
    decided, consumed, executed = min(rounds)
    both = round(decided + consumed, 2)
    numbers = {"decide_ms": decided, "consume_ms": consumed, "execute_ms": executed}
    return Result("decide_consume", "<= 10 ms", both <= 10, {**numbers, "both_ms": both})


def taken(folder: Path, script: Script) -> tuple[float, float, float]:
    """The milliseconds of a decision, of a consumption, and of the whole execution."""
    ground = Ground(LocalHome(folder), folder)
    decided, consumed, executed = list[float](), list[float](), list[float]()
    for _ in range(REQUESTS):
        made = play(ground, script)
        decided.append(ground.decided_ms)
        began = time.perf_counter()
        claimed = list[float]()
        tap = Tap(made, 1, True, partial(_note, claimed))
        state = execute(made.request, made.hands(tap), Turn("worker-1", BEGIN))
        executed.append((time.perf_counter() - began) * 1000)
        consumed.append((claimed[0] - began) * 1000)
        assert state is EffectState.DONE
    return round(median(decided), 2), round(median(consumed), 2), round(median(executed), 2)


def _note(moments: list[float], made: Play) -> None:
    """Note the moment at which a request was consumed."""
    del made
    moments.append(time.perf_counter())
