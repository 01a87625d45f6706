"""A wait for a human as a task: it outlives a call, a connection and the server."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mcp import Client, MCPError
from mcp.types import (
    INVALID_PARAMS,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    EmptyResult,
    SubscriptionFilter,
    SubscriptionsListenRequest,
    SubscriptionsListenRequestParams,
)

from bunsui_core.domain.approval import Answer
from bunsui_mcp.answers import ApprovalAnswer
from bunsui_mcp.desks import always
from bunsui_mcp.server import BunsuiServer, build_server
from bunsui_mcp.task_ids import TTL, Wait, read_task_id
from tests.builders import REQUEST_ID, a_request, later
from tests.mcp.calls import answered, refused
from tests.mcp.home import Home
from tests.mcp.tasking import TakesTasks, begin, look, tell
from tests.mcp.test_waiting import decide
from tests.withdrawals import a_withdrawal

pytestmark = pytest.mark.anyio


@pytest.fixture
def server(home: Home) -> BunsuiServer:
    home.writing.requests.submit(a_request())
    return build_server(always(home.desk()))


def taking(server: BunsuiServer) -> Client:
    """A client that takes tasks."""
    return Client(server, extensions=[TakesTasks()])


async def test_a_client_that_takes_tasks_is_given_one_at_once(server: BunsuiServer) -> None:
    async with taking(server) as client:
        task = await begin(client, REQUEST_ID)
        seen = await look(client.session, task.task_id)

    assert (task.status, seen.status, seen.result) == ("working", "working", None)
    assert task.status_message == "The request waits for a human; nothing has run."
    assert task.ttl_ms == TTL.total_seconds() * 1000


async def test_a_task_ends_with_what_the_tool_would_have_answered(
    home: Home, server: BunsuiServer
) -> None:
    async with taking(server) as client:
        task = await begin(client, REQUEST_ID)
        decide(home, REQUEST_ID, Answer.REJECT, "not tonight")
        seen = await look(client.session, task.task_id)
        told = await answered(client, "get_approval", request_id=REQUEST_ID)

    assert seen.status == "completed"
    assert seen.result
    assert seen.result.structured_content == told
    assert ApprovalAnswer.model_validate(told).note == "not tonight"


async def test_a_host_that_polls_by_itself_has_its_answer(home: Home, server: BunsuiServer) -> None:
    async with taking(server) as client:
        task = await begin(client, REQUEST_ID)
        decide(home, REQUEST_ID, Answer.REJECT)
        told = await answered(client, "wait_for_approval", request_id=REQUEST_ID)

    assert (task.status, told["status"]) == ("working", "REJECTED")


async def test_a_task_is_found_again_by_a_server_that_began_later(
    home: Home, server: BunsuiServer
) -> None:
    async with taking(server) as client:
        task = await begin(client, REQUEST_ID)
    home.clock.now += timedelta(minutes=1)
    decide(home, REQUEST_ID, Answer.REJECT)
    async with taking(build_server(always(home.desk()))) as client:
        seen = await look(client.session, task.task_id)

    assert (seen.task_id, seen.status) == (task.task_id, "completed")


async def test_a_task_of_another_asker_is_not_found(home: Home, server: BunsuiServer) -> None:
    async with taking(server) as client:
        mine = (await begin(client, REQUEST_ID)).task_id
        theirs = Wait("agent:other", REQUEST_ID, home.clock()).task_id
        for method in ("tasks/get", "tasks/update", "tasks/cancel"):
            with pytest.raises(MCPError, match="not found") as refusal:
                await tell(client.session, method, theirs)
            assert refusal.value.code == INVALID_PARAMS
        seen = await look(client.session, mine)

    assert seen.status == "working"


async def test_what_is_no_id_of_a_task_is_not_found(server: BunsuiServer) -> None:
    async with taking(server) as client:
        for task_id in ("", "w1", "w1..0." + "0" * 32, "w1.cg.fffffffffffff.0", "é"):
            with pytest.raises(MCPError, match="not found"):
                await look(client.session, task_id)


async def test_a_task_is_forgotten_after_its_time(home: Home, server: BunsuiServer) -> None:
    async with taking(server) as client:
        task = await begin(client, REQUEST_ID)
        home.clock.now += TTL - timedelta(seconds=1)
        seen = await look(client.session, task.task_id)
        home.clock.now += timedelta(seconds=1)
        with pytest.raises(MCPError, match="expired"):
            await look(client.session, task.task_id)

    assert seen.status == "completed"


async def test_a_client_that_does_not_take_tasks_waits_as_before(
    home: Home, server: BunsuiServer, mode: str
) -> None:
    decide(home, REQUEST_ID, Answer.REJECT)
    task_id = Wait("agent:claude", REQUEST_ID, home.clock()).task_id
    async with Client(server, mode=mode) as client:
        told = await answered(client, "wait_for_approval", request_id=REQUEST_ID)
        with pytest.raises(MCPError) as refusal:
            await look(client.session, task_id)

    assert told["status"] == "REJECTED"
    if mode == "auto":
        assert refusal.value.code == MISSING_REQUIRED_CLIENT_CAPABILITY


async def test_a_wait_with_nothing_to_wait_for_is_answered_without_a_task(
    home: Home, server: BunsuiServer
) -> None:
    home.writing.requests.withdraw(a_withdrawal())
    async with taking(server) as client:
        told = await answered(client, "wait_for_approval", request_id=REQUEST_ID)
        unknown = await refused(client, "wait_for_approval", request_id="r-404")
        wrong = await refused(client, "wait_for_approval", request_id=REQUEST_ID, max_wait_s=46)
        strange = await refused(client, "wait_for_approval", request_id=REQUEST_ID, approve=True)

    assert told["status"] == "WITHDRAWN"
    assert [text.partition(":")[0] for text in (unknown, wrong, strange)] == [
        "not_found",
        "bad_input",
        "bad_input",
    ]


async def test_a_cancelled_wait_withdraws_nothing(home: Home, server: BunsuiServer) -> None:
    async with taking(server) as client:
        task = await begin(client, REQUEST_ID)
        await tell(client.session, "tasks/cancel", task.task_id)
        told = await answered(client, "get_approval", request_id=REQUEST_ID)
        seen = await look(client.session, task.task_id)

    assert (told["status"], told["is_open"]) == ("REQUESTED", True)
    assert seen.status == "working"


async def test_an_answer_of_the_client_decides_nothing(home: Home, server: BunsuiServer) -> None:
    async with taking(server) as client:
        task = await begin(client, REQUEST_ID)
        await tell(client.session, "tasks/update", task.task_id)
        seen = await look(client.session, task.task_id)

    assert seen.status == "working"
    assert home.writing.requests.decisions(REQUEST_ID) == ()


def test_an_id_says_whose_wait_for_what_since_when_it_is() -> None:
    wait = Wait("agent:claude", "r-1/é", later())

    assert read_task_id(wait.task_id, "agent:claude") == wait
    assert read_task_id(wait.task_id, "agent:claud") is None
    assert read_task_id(wait.task_id.replace("w1.", "w1.A"), "agent:claude") is None


def listening_to(*task_ids: str) -> SubscriptionsListenRequest:
    """A request to hear of tasks."""
    wanted = SubscriptionFilter.model_validate({"taskIds": list(task_ids)})
    params = SubscriptionsListenRequestParams(notifications=wanted)
    return SubscriptionsListenRequest(params=params)


async def test_who_takes_no_tasks_is_told_of_none(home: Home, server: BunsuiServer) -> None:
    task_id = Wait("agent:claude", REQUEST_ID, home.clock()).task_id
    async with Client(server) as client:
        with pytest.raises(MCPError) as refusal:
            await client.session.send_request(listening_to(task_id), EmptyResult)

    assert refusal.value.code == MISSING_REQUIRED_CLIENT_CAPABILITY
