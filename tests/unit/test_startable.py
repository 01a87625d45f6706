"""What cannot start is refused before anybody is asked to approve it."""

from __future__ import annotations

import pytest

from bunsui_core.app.startable import require_startable
from bunsui_core.domain.errors import BadInput, Refused, Unavailable
from bunsui_core.domain.failure import Definition
from tests.builders import a_pipeline, machine
from tests.fakes import FakeInventory


class OutOfSight(FakeInventory):
    """An inventory of an AWS that does not answer."""

    def current_definition(self, machine: str) -> Definition:
        raise Unavailable(f"{machine} cannot be looked at.", "Try again later.")


def test_a_pipeline_of_standard_machines_can_start() -> None:
    require_startable(a_pipeline(), FakeInventory())


def test_an_express_workflow_is_named_with_its_job() -> None:
    inventory = FakeInventory()
    inventory.express.add(machine("transform"))

    with pytest.raises(BadInput, match=r"job transform, .* is an Express workflow"):
        require_startable(a_pipeline(), inventory)


def test_a_machine_that_is_gone_is_named_with_its_job() -> None:
    inventory = FakeInventory()
    inventory.gone.add(machine("load"))

    with pytest.raises(Refused, match="the machine of job load is not there"):
        require_startable(a_pipeline(), inventory)


def test_what_cannot_be_seen_now_holds_nothing_up() -> None:
    require_startable(a_pipeline(), OutOfSight())
