"""Reads which pipelines and machines there are, and how their last runs went."""

from __future__ import annotations

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.found import machine_pipeline
from bunsui_tui.board import Catalog
from bunsui_tui.needs import Desk

LAST_RUNS = 20


def catalog(desk: Desk) -> Catalog:
    """Return the known pipelines, the machines that belong to none, and the last runs of each.

    A machine that was never seen to run is not asked for its runs. Raises: Unavailable.
    """
    pipelines = desk.pipelines()
    of_pipelines = {job.machine for one in pipelines for job in one.jobs}
    alone = tuple(one for one in desk.machines().items if one.machine.arn not in of_pipelines)
    active = (machine_pipeline(one.machine.arn).name for one in alone if one.active_at)
    names = (*(one.name for one in pipelines), *active)
    return Catalog(
        pipelines=pipelines,
        machines=alone,
        runs={name: desk.sessions(SessionFilter(pipeline=name), LAST_RUNS).items for name in names},
    )
