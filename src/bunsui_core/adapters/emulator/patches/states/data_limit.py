"""The most data that a state may hand on: 256 KiB (Step Functions developer guide, "Quotas")."""

from __future__ import annotations

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import history
from bunsui_core.domain.value import Json

_MOST_BYTES = 256 * 1024


def check(value: Json, name: str) -> None:
    """Pass when a result, of a state or of the resource of a task, is small enough.

    Raises:
        sf._ExecutionError: States.DataLimitExceeded.
    """
    if len(history.text(value).encode()) > _MOST_BYTES:
        raise sf._ExecutionError(
            "States.DataLimitExceeded",
            f"The state/task '{name}' returned a result with a size exceeding the maximum "
            "number of bytes service limit.",
        )
