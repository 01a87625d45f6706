"""Every tool's answer: true to its schema, the same in both halves, small."""

from __future__ import annotations

import json

import jsonschema
import pytest
from mcp import Client

from bunsui_core.domain.session import JobRun
from bunsui_core.domain.value import Json
from bunsui_mcp.answers import (
    AnalysisAnswer,
    Answer,
    ApprovalAnswer,
    ApprovalsAnswer,
    LogsAnswer,
    PipelineAnswer,
    ProposalsAnswer,
    SessionAnswer,
    SessionsAnswer,
    SimilarAnswer,
)
from bunsui_mcp.desks import always
from bunsui_mcp.schemas import ANSWERS, files
from bunsui_mcp.server import build_server
from tests.builders import INPUT, SESSION_ID, a_session, later
from tests.mcp.calls import answered, document_of, text_of
from tests.mcp.home import LAMBDA_REQUEST, Home, a_line

pytestmark = pytest.mark.anyio

CALLS: list[tuple[str, dict[str, Json], type[Answer]]] = [
    ("list_sessions", {}, SessionsAnswer),
    ("list_sessions", {"status": "SUCCEEDED"}, SessionsAnswer),
    ("get_session", {"session_id": SESSION_ID}, SessionAnswer),
    ("analyze_failure", {"session_id": SESSION_ID}, AnalysisAnswer),
    ("analyze_failure", {"session_id": "s-healthy"}, AnalysisAnswer),
    ("get_operation_logs", {"session_id": SESSION_ID}, LogsAnswer),
    ("propose_recovery", {"session_id": SESSION_ID}, ProposalsAnswer),
    ("propose_recovery", {"session_id": SESSION_ID, "input": {"input": {}}}, ProposalsAnswer),
    ("find_similar_failures", {"session_id": SESSION_ID}, SimilarAnswer),
    ("list_pipelines", {}, PipelineAnswer),
    ("list_pipelines", {"name": "orders"}, PipelineAnswer),
    ("list_approvals", {}, ApprovalsAnswer),
    ("withdraw_request", {"request_id": "r-1", "reason": "not needed"}, ApprovalAnswer),
    (
        "rerun_from",
        {"session_id": SESSION_ID, "job": "extract", "mode": "restart", "reason": "it is there"},
        ApprovalAnswer,
    ),
    (
        "control_session",
        {"session_id": "s-healthy", "action": "pause", "reason": "hold it"},
        ApprovalAnswer,
    ),
    ("get_approval", {"request_id": "r-1"}, ApprovalAnswer),
    ("wait_for_approval", {"request_id": "r-1", "max_wait_s": 1}, ApprovalAnswer),
]


@pytest.fixture
def told(home: Home) -> Home:
    """A home with a healthy session, log lines and an open request."""
    home.logs.spoken = (a_line("reading day.csv"), a_line("ThrottlingException: Rate exceeded"))
    runs = tuple(JobRun(job=name) for name in ("extract", "transform", "load"))
    home.add(a_session(id="s-healthy", status="RUNNING", stopped_at=None, runs=runs))
    desk = home.desk()
    best = desk.propose(SESSION_ID).proposals[0]
    assert desk.request(best.proposal_id, "it frees itself").request.id == "r-1"
    return home


@pytest.mark.parametrize(("tool", "arguments", "kind"), CALLS)
async def test_an_answer_keeps_the_schema_that_was_published(
    told: Home, mode: str, tool: str, arguments: dict[str, Json], kind: type[Answer]
) -> None:
    async with Client(build_server(always(told.desk())), mode=mode) as client:
        published = {one.name: one.output_schema for one in (await client.list_tools()).tools}
        answer = await answered(client, tool, **arguments)

    jsonschema.validate(answer, published[tool] or False)
    jsonschema.validate(answer, json.loads(files()[f"mcp.{tool}.json"]))
    kind.model_validate(answer)


@pytest.mark.parametrize(("tool", "arguments", "kind"), CALLS)
async def test_the_two_halves_of_an_answer_say_the_same_without_spaces(
    told: Home, mode: str, tool: str, arguments: dict[str, Json], kind: type[Answer]
) -> None:
    async with Client(build_server(always(told.desk())), mode=mode) as client:
        result = await client.call_tool(tool, arguments)

    assert document_of(result) == result.structured_content
    assert text_of(result) == json.dumps(
        result.structured_content, separators=(",", ":"), ensure_ascii=False
    )


@pytest.mark.parametrize(("tool", "arguments", "kind"), CALLS)
async def test_an_answer_says_in_words_what_it_holds_and_what_comes_next(
    told: Home, mode: str, tool: str, arguments: dict[str, Json], kind: type[Answer]
) -> None:
    async with Client(build_server(always(told.desk())), mode=mode) as client:
        answer = await answered(client, tool, **arguments)

    assert answer["summary"]
    assert answer["next"]
    assert (answer["source"], answer["as_of"]) != (None, None)


def test_every_tool_is_called_here_but_the_one_that_needs_a_proposal() -> None:
    assert {tool for tool, _, _ in CALLS} == set(ANSWERS) - {"request_recovery"}


async def test_an_analysis_names_path_error_category_and_the_lines_of_that_request(
    told: Home, mode: str
) -> None:
    async with Client(build_server(always(told.desk())), mode=mode) as client:
        answer = await answered(client, "analyze_failure", session_id=SESSION_ID)

    assert answer["failed_state_path"] == ["Extract"]
    assert (answer["category"], answer["transient"]) == ("throttling", True)
    assert "Rate exceeded" in str(answer["untrusted_cause"])
    assert answer["untrusted_log_lines"] == [
        "01:14:00 reading day.csv",
        "01:14:00 ThrottlingException: Rate exceeded",
    ]
    assert answer["execution_input"] == INPUT
    assert answer["execution_input_complete"] is True


async def test_an_analysis_leads_to_the_request_that_waits_already(home: Home, mode: str) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        before = await answered(client, "analyze_failure", session_id=SESSION_ID)
        found = await answered(client, "propose_recovery", session_id=SESSION_ID)
        best = ProposalsAnswer.model_validate(found).proposals[0].proposal_id
        await answered(client, "request_recovery", proposal_id=best, reason="it frees itself")
        after = await answered(client, "analyze_failure", session_id=SESSION_ID)

    assert str(before["next"]).startswith("propose_recovery with session_id")
    assert str(after["next"]).startswith("wait_for_approval with request_id r-1")


async def test_an_analysis_of_a_healthy_session_has_no_category(told: Home, mode: str) -> None:
    async with Client(build_server(always(told.desk())), mode=mode) as client:
        answer = await answered(client, "analyze_failure", session_id="s-healthy")

    assert (answer["category"], answer["job"], answer["evidence"]) == (None, "", [])
    assert "nothing failed" in str(answer["summary"])


async def test_a_proposal_is_told_for_every_mode_also_those_not_recommended(
    told: Home, mode: str
) -> None:
    async with Client(build_server(always(told.desk())), mode=mode) as client:
        answer = await answered(client, "propose_recovery", session_id=SESSION_ID)

    found = ProposalsAnswer.model_validate(answer).proposals
    assert {one.mode.value for one in found} == {"redrive", "restart"}
    assert all(one.reasons and len(one.proposal_id) == 64 for one in found)


@pytest.mark.parametrize("given", [{"input": {"source": "s3://b/k"}}, '{"input": {"source": 1}}'])
async def test_an_edited_input_is_taken_as_an_object_or_as_its_text(
    told: Home, mode: str, given: Json
) -> None:
    async with Client(build_server(always(told.desk())), mode=mode) as client:
        answer = await answered(client, "propose_recovery", session_id=SESSION_ID, input=given)

    found = ProposalsAnswer.model_validate(answer).proposals
    assert {one.mode.value: one.input_edited for one in found} == {
        "redrive": False,
        "restart": True,
    }


async def test_logs_are_paged_from_the_newest_line_to_the_oldest(home: Home, mode: str) -> None:
    home.logs.spoken = tuple(a_line(f"line {n}") for n in range(7))
    pages, cursor = [], ""
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        for _ in range(3):
            found = LogsAnswer.model_validate(
                await answered(
                    client, "get_operation_logs", session_id=SESSION_ID, limit=3, cursor=cursor
                )
            )
            pages.append([line.rpartition(" ")[2] for line in found.untrusted_log_lines])
            cursor = found.next_cursor

    assert pages == [["4", "5", "6"], ["1", "2", "3"], ["0"]]
    assert (cursor, found.truncated, found.lambda_request_id) == ("", False, LAMBDA_REQUEST)


async def test_sessions_are_paged_with_the_cursor_of_the_page_before(home: Home, mode: str) -> None:
    for number in range(4):
        home.add(a_session(id=f"s-{number}", created_at=later(hours=number + 1)))
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        first = await answered(client, "list_sessions", limit=3)
        second = await answered(client, "list_sessions", limit=3, cursor=first["next_cursor"])

    pages = [SessionsAnswer.model_validate(page) for page in (first, second)]
    assert [[one.session_id for one in page.sessions] for page in pages] == [
        ["s-3", "s-2", "s-1"],
        ["s-0", SESSION_ID],
    ]
    assert [(page.truncated, page.total) for page in pages] == [(True, 5), (False, 5)]
