"""A cause that lies below the failed state is told with the way down, in a small answer."""

from __future__ import annotations

import json

import pytest
from mcp import Client

from bunsui_core.domain.failure import Failure, Nested
from bunsui_core.domain.session import JobRun, JobStatus
from bunsui_core.domain.value import Json
from bunsui_mcp.answers import ProposalsAnswer
from bunsui_mcp.desks import always
from bunsui_mcp.server import build_server
from tests.builders import (
    SESSION_ID,
    a_diagnosis,
    a_failed_attempt,
    a_failure,
    a_session,
    an_evidence,
)
from tests.mcp.calls import answered
from tests.mcp.home import Home, a_line

pytestmark = pytest.mark.anyio

CHILD = "arn:aws:states:us-east-1:000000000000:execution:convert:one"
TEXTS = ["plain", "x" * 100_000, "\u200b" * 100_000, '"\\\n' * 30_000, "障害" * 30_000]


def below(text: str, levels: int) -> tuple[Nested, ...]:
    """Executions below one another that all say the same."""
    one = Nested(
        execution_arn=f"{CHILD}{text}", status=JobStatus.FAILED, state_path=(text,), error=text
    )
    return (one,) * levels


async def told(home: Home, failure: Failure, **more: object) -> dict[str, Json]:
    """What an agent is told of a failure."""
    home.explain(a_diagnosis(failure=failure, **more))
    async with Client(build_server(always(home.desk()))) as client:
        return await answered(client, "analyze_failure", session_id=SESSION_ID)


async def test_the_way_leads_through_nested_executions_down_to_the_state(home: Home) -> None:
    child = Nested(execution_arn=CHILD, status=JobStatus.FAILED, state_path=("Each[3]", "Parse"))

    answer = await told(home, a_failure(nested=(child,)))

    assert answer["failed_state_path"] == ["Extract"]
    assert answer["root_path"] == [CHILD, "Each[3]", "Parse"]
    assert "failed in state Extract, caused in Each[3] > Parse of convert" in str(answer["summary"])


async def test_a_nested_execution_that_is_gone_says_why_it_is_not_visible(home: Home) -> None:
    child = Nested(execution_arn=CHILD, note="not visible because it is gone")

    answer = await told(home, a_failure(nested=(child,)))

    assert answer["root_path"] == [CHILD, "not visible because it is gone"]


async def test_the_way_leads_from_a_fail_state_to_the_state_whose_error_was_caught(
    home: Home,
) -> None:
    answer = await told(home, a_failure(caught_path=("Read",), died_in_fail_state=True))

    assert answer["root_path"] == ["Read"]
    assert "caused in Read" in str(answer["summary"])


async def test_a_plain_failure_has_no_way_down(home: Home) -> None:
    answer = await told(home, a_failure(state_input='{"part": 3}'))

    assert (answer["root_path"], answer["untrusted_state_input"]) == ([], '{"part": 3}')
    assert "caused" not in str(answer["summary"])


async def test_evidence_nearest_to_the_cause_comes_first(home: Home) -> None:
    ids = ("E2", "E6", "X1", "N1.E4", "N2.E4", "N2.E5")
    evidence = tuple(an_evidence(id=one, kind="event") for one in ids)

    answer = await told(home, a_failure(nested=below("x", 2)), evidence=evidence)

    found = answer["evidence"]
    assert isinstance(found, list)
    assert [one["id"] for one in found if isinstance(one, dict)][:3] == ["E6", "N2.E5", "N2.E4"]


@pytest.mark.parametrize("text", TEXTS)
async def test_an_answer_about_the_deepest_failure_stays_below_8_kb(home: Home, text: str) -> None:
    failure = a_failure(
        nested=below(text, 6),
        caught_path=(text,),
        message=text,
        error=text,
        state_input=text,
        resource=text,
    )
    lines = tuple(a_line(text) for _ in range(40))
    evidence = tuple(an_evidence(id=f"N{n}.E1", text=text, source=text) for n in range(9))
    attempt = a_failed_attempt(input=json.dumps({"input": text}))
    runs = (JobRun(job="extract", attempts=(attempt,)), JobRun(job="transform"), JobRun(job="load"))
    home.add(home.session.model_copy(update={"runs": runs}))

    answer = await told(home, failure, summary=text, logs=lines, logs_note=text, evidence=evidence)

    size = len(json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode())
    assert size <= 8_000


async def test_a_request_about_one_job_does_not_lead_the_analysis_of_another_to_it(
    home: Home,
) -> None:
    failed = [JobRun(job=name, attempts=(a_failed_attempt(name),)) for name in ("extract", "load")]
    home.add(a_session(id="s-two", runs=(failed[0], JobRun(job="transform"), failed[1])))
    for job in ("extract", "load"):
        home.world.add_failed(failed[job == "load"].attempts[0].execution_arn, "{}")
    async with Client(build_server(always(home.desk()))) as client:
        found = await answered(client, "propose_recovery", session_id="s-two", job="extract")
        best = ProposalsAnswer.model_validate(found).proposals[0].proposal_id
        await answered(client, "request_recovery", proposal_id=best, reason="it frees itself")
        first = await answered(client, "analyze_failure", session_id="s-two")
        other = await answered(client, "analyze_failure", session_id="s-two", job="load")

    assert str(first["next"]).startswith("wait_for_approval with request_id r-1")
    assert str(first["next"]).endswith("Then analyze_failure with job load.")
    assert str(other["next"]).startswith("propose_recovery with session_id s-two and job load")
