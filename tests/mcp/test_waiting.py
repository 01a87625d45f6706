"""Asking a human and waiting for the answer."""

from __future__ import annotations

import pytest
from anyio import Event, create_task_group
from mcp import Client
from mcp.types import TextResourceContents

from bunsui_core.adapters.local.control.decisions import LocalDecisions
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.domain.approval import Answer
from bunsui_mcp.answers import ApprovalAnswer, ProposalsAnswer
from bunsui_mcp.desks import always
from bunsui_mcp.server import Offer, build_server
from tests.builders import ACCOUNT, REGION, SESSION_ID, a_signed_decision
from tests.mcp.calls import answered, refused
from tests.mcp.home import Home

pytestmark = pytest.mark.anyio


async def ask(client: Client, reason: str = "it frees itself") -> ApprovalAnswer:
    """A request for the best proposal."""
    found = ProposalsAnswer.model_validate(
        await answered(client, "propose_recovery", session_id=SESSION_ID)
    )
    best = found.proposals[0].proposal_id
    return ApprovalAnswer.model_validate(
        await answered(client, "request_recovery", proposal_id=best, reason=reason)
    )


def decide(home: Home, request_id: str, answer: Answer, reason: str = "") -> None:
    """Let a human have decided."""
    request = home.writing.requests.get(request_id)
    writing = StoreWriter(home.settings.store_path, ACCOUNT, REGION)
    LocalDecisions(writing).append(a_signed_decision(request, decision=answer, reason=reason))


class Pace:
    """A sleep that does something instead of sleeping."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def __call__(self, seconds: float) -> None:
        """Count the seconds."""
        self.seconds += seconds


async def test_a_request_is_queued_and_nothing_has_run(home: Home, mode: str) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        asked = await ask(client)

    assert (asked.status, asked.is_open, asked.decided_by) == ("REQUESTED", True, ())
    assert asked.plan_digest == home.writing.requests.get(asked.request_id).plan_digest
    assert home.world.effects == []


async def test_the_human_is_told_who_asked_and_what_the_client_calls_itself(
    home: Home, mode: str
) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        asked = await ask(client)

    request = home.writing.requests.get(asked.request_id)
    assert (request.plan.requester, request.reason) == ("agent:claude", "it frees itself")
    assert request.client_claim.startswith("mcp ")


async def test_asking_twice_makes_one_request(home: Home, mode: str) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        first, second = await ask(client), await ask(client)

    assert first.request_id == second.request_id
    assert "no second one was made" in second.summary
    assert len(home.writing.requests.newest(10)) == 1


async def test_a_proposal_is_refused_when_the_world_moved_since(home: Home, mode: str) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        found = await answered(client, "propose_recovery", session_id=SESSION_ID)
        home.inventory.revision = "rev-2"
        best = ProposalsAnswer.model_validate(found).proposals[0].proposal_id
        told = await refused(client, "request_recovery", proposal_id=best, reason="again")

    assert told.startswith("stale: ")
    assert "Next tool: propose_recovery." in told


async def test_a_wait_reports_every_second_and_ends_open_when_nobody_decides(
    home: Home, mode: str
) -> None:
    pace, seen = Pace(), []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total, message))

    async with Client(build_server(always(home.desk()), Offer(sleep=pace)), mode=mode) as client:
        asked = await ask(client)
        arguments = {"request_id": asked.request_id, "max_wait_s": 3}
        result = await client.call_tool("wait_for_approval", arguments, progress_callback=hear)

    waited = ApprovalAnswer.model_validate(result.structured_content)
    assert (waited.status, waited.is_open, pace.seconds) == ("REQUESTED", True, 3)
    assert waited.next.startswith("wait_for_approval")
    assert seen == [(0, 3, "REQUESTED"), (1, 3, "REQUESTED"), (2, 3, "REQUESTED")]


async def test_a_wait_ends_at_once_when_the_human_rejects(home: Home, mode: str) -> None:
    seconds = 0

    async def pace(_: float) -> None:
        nonlocal seconds
        seconds += 1
        if seconds == 2:
            (request,) = home.writing.requests.newest(1)
            decide(home, request.id, Answer.REJECT, "not tonight")

    async with Client(build_server(always(home.desk()), Offer(sleep=pace)), mode=mode) as client:
        asked = await ask(client)
        told = await answered(client, "wait_for_approval", request_id=asked.request_id)

    waited = ApprovalAnswer.model_validate(told)
    assert (seconds, waited.status, waited.is_open) == (2, "REJECTED", False)
    assert (waited.note, waited.decided_by) == ("not tonight", ("reject by hanako",))


async def test_others_are_answered_while_one_waits(home: Home, mode: str) -> None:
    waiting, done = Event(), Event()

    async def pace(_: float) -> None:
        waiting.set()
        await done.wait()

    async with Client(build_server(always(home.desk()), Offer(sleep=pace)), mode=mode) as client:
        asked = await ask(client)
        async with create_task_group() as tasks:
            tasks.start_soon(
                client.call_tool,
                "wait_for_approval",
                {"request_id": asked.request_id, "max_wait_s": 1},
            )
            await waiting.wait()
            seen = await answered(client, "get_approval", request_id=asked.request_id)
            done.set()

    assert seen["status"] == "REQUESTED"


async def test_a_request_can_be_read_as_a_resource(home: Home, mode: str) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        asked = await ask(client)
        read = await client.read_resource(f"bunsui://approvals/{asked.request_id}")

    (content,) = read.contents
    assert isinstance(content, TextResourceContents)
    assert ApprovalAnswer.model_validate_json(content.text).request_id == asked.request_id
