"""What a client reads when a call cannot be answered: a code, a sentence, the next tool."""

from __future__ import annotations

import logging

import pytest
from mcp import Client

from bunsui_core.domain.value import Json
from bunsui_mcp.desks import always
from bunsui_mcp.server import build_server
from tests.builders import SESSION_ID
from tests.mcp.calls import refused
from tests.mcp.home import Home

pytestmark = pytest.mark.anyio

REFUSALS: list[tuple[str, dict[str, Json], str, str]] = [
    ("get_session", {"session_id": "s-404"}, "not_found", "Next tool: list_sessions."),
    ("analyze_failure", {"session_id": "s-404"}, "not_found", "Next tool: list_sessions."),
    ("get_operation_logs", {"session_id": "s-404"}, "not_found", "Next tool: list_sessions."),
    ("propose_recovery", {"session_id": "s-404"}, "not_found", "Next tool: list_sessions."),
    ("analyze_failure", {"session_id": SESSION_ID, "job": "x"}, "not_found", "has no job 'x'"),
    ("propose_recovery", {"session_id": SESSION_ID, "job": "load"}, "refused", "did not fail"),
    ("list_sessions", {"cursor": "no cursor"}, "bad_input", "Next tool: list_sessions"),
    ("get_session", {"session_id": SESSION_ID, "cursor": "99"}, "bad_input", "cursor 99"),
    ("get_session", {"session_id": SESSION_ID, "cursor": "-1"}, "bad_input", "cursor -1"),
    ("list_sessions", {"limit": 0}, "bad_input", "limit: "),
    ("list_sessions", {"limit": 51}, "bad_input", "limit: "),
    ("list_sessions", {"status": "BROKEN"}, "bad_input", "status: "),
    ("get_session", {}, "bad_input", "session_id: Field required"),
    ("propose_recovery", {"session_id": SESSION_ID, "input": "{no"}, "bad_input", "JSON object"),
    ("propose_recovery", {"session_id": SESSION_ID, "input": [1]}, "bad_input", "input"),
    ("request_recovery", {"proposal_id": "f" * 64, "reason": "why"}, "not_found", "propose_rec"),
    ("request_recovery", {"proposal_id": "f" * 64, "reason": ""}, "bad_input", "reason: "),
    ("get_approval", {"request_id": "r-404"}, "not_found", "Next tool: list_approvals."),
    (
        "withdraw_request",
        {"request_id": "r-404", "reason": "why"},
        "not_found",
        "Next tool: list_approvals.",
    ),
    ("wait_for_approval", {"request_id": "r-404"}, "not_found", "Next tool: list_approvals."),
    ("wait_for_approval", {"request_id": "r", "max_wait_s": 46}, "bad_input", "max_wait_s: "),
    ("get_session", {"sesion_id": "s-1"}, "bad_input", "Did you mean session_id?"),
    ("list_sessions", {"state": "FAILED"}, "bad_input", "Did you mean status?"),
    ("request_recovery", {"approve": True}, "bad_input", "has no argument approve"),
    ("list_session", {}, "bad_input", "Next tool: list_sessions."),
    ("approve_request", {}, "bad_input", "there is no tool approve_request"),
]


@pytest.mark.parametrize(("tool", "arguments", "code", "sentence"), REFUSALS)
async def test_a_call_that_cannot_be_answered_says_why_and_what_to_try(
    home: Home, mode: str, tool: str, arguments: dict[str, Json], code: str, sentence: str
) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        told = await refused(client, tool, **arguments)

    assert told.startswith(f"{code}: ")
    assert sentence in told
    assert "Next tool: " in told
    assert "pydantic" not in told


async def test_an_unknown_argument_stops_the_call_before_it_does_anything(
    home: Home, mode: str
) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        await refused(client, "propose_recovery", session_id=SESSION_ID, inputs={})

    assert not home.desk().approvals()


async def test_a_crash_keeps_its_text_to_itself_and_is_logged(
    home: Home, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    home.logs.fails_with = KeyError("a secret detail")
    with caplog.at_level(logging.ERROR):
        async with Client(build_server(always(home.desk())), mode=mode) as client:
            told = await refused(client, "analyze_failure", session_id=SESSION_ID)

    assert "secret" not in told
    assert told.startswith("error: analyze_failure failed inside bunsui")
    assert "a secret detail" in caplog.text


async def test_a_refusal_shows_a_hostile_id_harmlessly_and_shortly(home: Home, mode: str) -> None:
    hostile = "\x1b]0;owned\x07\u202e" + "x" * 100_000
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        told = await refused(client, "get_session", session_id=hostile)

    assert not {"\x1b", "\x07", "\u202e"} & set(told)
    assert len(told.encode()) < 3_000
