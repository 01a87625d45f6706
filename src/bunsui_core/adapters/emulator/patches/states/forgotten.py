"""A reset of the embedded AWS forgets its executions, so nothing may go on walking them."""

from __future__ import annotations

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states import waiting


def install() -> None:
    """End the walks of all executions when Step Functions is reset."""
    anchor.require(sf.reset, "80aa7bd9644d082a")
    forget = sf.reset

    def reset() -> None:
        running = [one for one in sf._executions.all_values() if one["status"] == "RUNNING"]
        forget()
        for execution in running:
            execution["status"] = "ABORTED"
            waiting.announce(execution["executionArn"])

    sf.reset = reset
