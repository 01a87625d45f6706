"""A plan of ten thousand steps costs nothing, and one of a thousand is read."""

from __future__ import annotations

import json
from pathlib import Path

from bunsui_core.domain.asked_text import request_from
from bunsui_core.domain.plan import MOST_STEPS
from tests.builders import REQUEST_ID, a_request
from tests.local_home import LocalHome


def of_steps(count: int, text: str = "{}") -> str:
    """The text of a request of so many steps, with an input."""
    found = json.loads(a_request().model_dump_json())
    (step,) = found["plan"]["steps"]
    found["plan"]["steps"] = [{**step, "session_id": f"s-{n}"} for n in range(count)]
    return json.dumps({**found, "inputs": [text]})


def test_a_plan_of_a_thousand_steps_is_read() -> None:
    inputs = json.dumps({"session_id": 1, "of": [{"session_id": 2}] * MOST_STEPS})

    read = request_from(of_steps(MOST_STEPS, inputs))

    assert read
    assert len(read.plan.steps) == MOST_STEPS


def test_a_plan_of_more_steps_is_left_out_before_it_is_parsed() -> None:
    broken = of_steps(MOST_STEPS + 1).removesuffix("}")

    assert request_from(of_steps(MOST_STEPS + 1)) is None
    assert request_from(broken) is None


def test_a_plan_of_ten_thousand_steps_hides_no_other_request(tmp_path: Path) -> None:
    home = LocalHome(tmp_path / "home")
    home.plant_request(REQUEST_ID, of_steps(10_000))
    asked = home.requests.submit(a_request(request_id="r-2"))

    assert home.requests.newest(10) == (asked,)
