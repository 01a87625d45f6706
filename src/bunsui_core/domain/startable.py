"""Which state machines can be jobs."""

from __future__ import annotations

from bunsui_core.domain.errors import BadInput


def express(machine: str, job: str = "") -> BadInput:
    """Return the refusal of an Express workflow as a job."""
    said = f"the machine of job {job}, {machine}," if job else machine
    return BadInput(
        f"{said} is an Express workflow: Step Functions tells neither how an execution of it ends "
        "nor its history, and redrives none.",
        "Make it a Standard one, or start it from a state of a job.",
    )
