"""The table of wire types says what the AWS API models say."""

from __future__ import annotations

import botocore.session
import pytest

from bunsui_core.adapters.emulator.patches.wire_types import PROTOCOLS


@pytest.mark.parametrize("service", PROTOCOLS)
def test_a_service_speaks_as_its_model_says(service: str) -> None:
    name = "stepfunctions" if service == "states" else service
    model = botocore.session.get_session().get_service_model(name).metadata
    said = {"protocol": model["protocol"]}
    if model["protocol"] == "json":
        said["jsonVersion"] = model["jsonVersion"]

    assert PROTOCOLS[service] == said
