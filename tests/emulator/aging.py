"""Time that passes in the embedded AWS of this process, and nowhere else."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta


def age(execution_arn: str, **span: float) -> None:
    """Let an execution have ended so long ago, in the keywords of `timedelta`."""
    # Not at the top: the embedded AWS is imported anew when it starts in this process.
    service = importlib.import_module("ministack.services.stepfunctions")
    every = service._executions._data.values()
    (found,) = (one for one in every if one["executionArn"] == execution_arn)
    ended = datetime.now(UTC) - timedelta(**span)
    found["stopDate"] = ended.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def forget(execution_arn: str) -> None:
    """Let Step Functions know nothing of an execution any more."""
    service = importlib.import_module("ministack.services.stepfunctions")
    kept = service._executions._data
    (key,) = (one for one, found in kept.items() if found["executionArn"] == execution_arn)
    del kept[key]
