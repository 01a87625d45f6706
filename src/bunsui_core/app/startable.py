"""Look whether every job of a pipeline could start, before anybody is asked to approve it."""

from __future__ import annotations

from bunsui_core.domain.errors import NotAuthorised, NotFound, Refused, Unavailable
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.startable import express
from bunsui_core.ports.observe import Inventory


def require_startable(pipeline: Pipeline, inventory: Inventory) -> None:
    """Refuse a pipeline of which a job cannot start; what cannot be seen now is let through.

    Raises: BadInput for an Express workflow, Refused for a machine that is gone.
    """
    for job in {one.machine: one for one in reversed(pipeline.jobs)}.values():
        _must_be_standard(job, inventory)


def _must_be_standard(job: Job, inventory: Inventory) -> None:
    try:
        found = inventory.current_definition(job.machine)
    except NotFound as error:
        raise Refused(
            f"the machine of job {job.name} is not there: {job.machine}.",
            "Deploy it, or correct the pipeline.",
        ) from error
    except (NotAuthorised, Unavailable):
        return
    if found.is_express:
        raise express(job.machine, job.name)
