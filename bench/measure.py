"""How times are taken and summed up."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles


def seconds_of(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """The wall time of one process from its start to its end."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=dict(environment))
    return time.perf_counter() - started


def environment_with(home: Path) -> dict[str, str]:
    """The environment of this process with another home for bunsui."""
    return {**os.environ, "BUNSUI_HOME": str(home)}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 99th percentile in milliseconds."""
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {"p50_ms": round(median(seconds) * 1000, 2), "p99_ms": round(cuts[98] * 1000, 2)}
