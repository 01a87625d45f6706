"""References to payloads that an asker wrote: followed before anything starts, or nothing does."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.canonical import json_digest, text_digest
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode
from tests.attack.forging import forced
from tests.builders import SESSION_ID, a_pipeline, a_session
from tests.unit.desk_kit import Bench
from tests.unit.rerun_kit import asking, desk, entering_stage, replace

SHA = text_digest("[]")
REFERENCES: dict[str, Json] = {
    "nothing lies there": {"uri": "s3://mallory/key", "sha256": SHA},
    "no address in S3": {"uri": "http://169.254.169.254/latest", "sha256": SHA},
    "a file of the worker": {"uri": "file:///etc/passwd", "sha256": SHA},
    "no sha256": {"uri": "s3://mallory/key"},
    "a short sha256": {"uri": "s3://mallory/key", "sha256": SHA[:12]},
    "a list": ["s3://mallory/key"],
    "nothing": None,
}


@pytest.mark.parametrize("told", REFERENCES.values(), ids=REFERENCES)
@pytest.mark.parametrize("deep", [False, True])
def test_a_reference_that_does_not_hold_starts_nothing(
    bench: Bench, told: Json, deep: bool
) -> None:
    takes = [job.model_copy(update={"takes_references": True}) for job in a_pipeline().jobs]
    replace(bench, a_session(pipeline=a_pipeline(jobs=takes)))
    one: Json = {"bunsui_reference": told}
    text = json.dumps({"input": [{"a": [one]}] if deep else one, "outputs": {}})
    agent = desk(entering_stage(bench))
    found = agent.rerun_from(SESSION_ID, "extract", Mode.RESTART, edited_input='{"a": 1}')
    step = {**found.plan.steps[0].model_dump(), "input_digest": json_digest(text)}
    jobs = list(step["preview"]["jobs"])
    step["preview"]["jobs"] = [{**jobs[0], "input_digest": json_digest(text)}, *jobs[1:]]
    request = asking(found.model_copy(update={"input": text}), step)

    assert "STALE" in forced(bench, request)
    assert bench.world.effects == []


def test_a_reference_under_another_spelling_of_its_name_is_found_too(bench: Bench) -> None:
    text = '{"input": {"bunsui\\u005freference": {"uri": "s3://mallory/key"}}, "outputs": {}}'
    agent = desk(entering_stage(bench))

    with pytest.raises(BadInput, match="bunsui_reference"):
        agent.rerun_from(SESSION_ID, "extract", Mode.RESTART, edited_input=text)
